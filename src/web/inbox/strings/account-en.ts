import type { AccountStrings } from './account-strings.ts';
import { plurals } from './plurals.ts';

export const accountEn: AccountStrings = {
  presence: {
    online: 'Online',
    justNow: 'Last seen just now',
    lastSeen: (ago) => `Last seen ${ago}`,
  },
  mute: {
    options: 'Conversation options',
    mute: 'Mute this conversation',
    hours: plurals('en', { one: 'For {n} hour', other: 'For {n} hours' }),
    forGood: 'Until I turn it on again',
    unmute: 'Unmute',
    muted: 'Muted',
    mutedUntil: (time) => `Muted until ${time}`,
    isMuted: 'You will not be notified of this conversation.',
    isUnmuted: 'You will be notified of this conversation again.',
  },
  settings: {
    title: 'Settings',
    open: 'Settings',
    close: 'Close',
    loading: 'Loading your settings…',
    failed: 'Your settings could not be loaded.',
    retry: 'Try again',
    notSaved: 'That could not be saved. Please try again.',
    notifications: 'Notifications on this device',
    notificationsHint: 'Hear of new messages while this page is closed.',
    areOn: 'Notifications are on.',
    turnOn: 'Turn on',
    turnOff: 'Turn off',
    denied:
      'Notifications are blocked for this website. You can allow them in your browser, next to the address of the page.',
    unsupported:
      'This browser cannot show notifications here. On an iPhone or iPad, add the page to the home screen first.',
    email: 'E-mails about messages that I have not read',
    quietHours: 'Quiet hours',
    quietHoursHint: 'No notifications in this time.',
    from: 'From',
    to: 'To',
    timeZone: (name) => `Time zone: ${name}`,
    sameTime: 'The two times must not be the same.',
    hidePresence: 'Hide when I am online',
    hidePresenceHint: 'Others see neither that you are here nor when you last were.',
  },
};
