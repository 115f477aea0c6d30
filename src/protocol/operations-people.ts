import { BODY_ERRORS, type Operations } from './operations.ts';
import { conversationPath } from './rest.ts';
import {
  muteBody,
  mutedConversation,
  registerDeviceBody,
  registeredDevice,
  removeDeviceBody,
  settings,
  settingsBody,
} from './rest-people.ts';

/** How people who are not there want to be reached. */
export const peopleOperations: Operations = {
  '/api/conversations/{id}/mute': {
    put: {
      id: 'muteConversation',
      summary: 'Be told no more of what is new in a conversation, for a time or for good.',
      path: conversationPath,
      body: muteBody,
      answers: { 200: ['Muted.', mutedConversation] },
      errors: [...BODY_ERRORS, 403],
    },
    delete: {
      id: 'unmuteConversation',
      summary: 'Be told again.',
      path: conversationPath,
      answers: { 200: ['Not muted.', mutedConversation] },
      errors: [400, 401, 403, 429, 503],
    },
  },
  '/api/devices': {
    post: {
      id: 'registerDevice',
      summary: 'Be reached by push on a device; it is no other user’s from now on.',
      body: registerDeviceBody,
      answers: {
        201: ['Registered.', registeredDevice],
        200: ['It was the caller’s before.', registeredDevice],
      },
      errors: [...BODY_ERRORS, 409],
    },
    delete: {
      id: 'removeDevice',
      summary: 'No more push to a device of the caller.',
      body: removeDeviceBody,
      answers: { 204: ['It is not the caller’s any more, if it was.'] },
      errors: BODY_ERRORS,
    },
  },
  '/api/settings': {
    get: {
      id: 'getSettings',
      summary: 'How the caller is reached and seen, and what this server can do.',
      answers: { 200: ['As they are.', settings] },
      errors: [401, 429, 503],
    },
    patch: {
      id: 'changeSettings',
      summary: 'Change some of them.',
      body: settingsBody,
      answers: { 200: ['As they are now.', settings] },
      errors: BODY_ERRORS,
    },
  },
};
