import { attachmentStyles } from '../files/attachment-styles.ts';
import { popupStyles } from '../popup/popup-styles.ts';
import { avatarStyles } from '../theme/avatar.ts';
import { onlineDotStyles } from '../theme/online-dot.ts';
import { placeholderStyles } from '../theme/placeholder.ts';
import { sharedStyles } from '../theme/theme.ts';
import { headerStyles } from './header-styles.ts';
import { messageStyles } from './message-styles.ts';
import { overlayStyles } from './overlay-styles.ts';
import { threadStyles } from './thread-styles.ts';

/** All that a thread is drawn with, in the order in which it counts. */
export const threadSheets = [
  sharedStyles,
  avatarStyles,
  onlineDotStyles,
  placeholderStyles,
  threadStyles,
  headerStyles,
  messageStyles,
  attachmentStyles,
  overlayStyles,
  popupStyles,
];
