import type { MuteConversation } from '../conversations/mute.ts';
import type { PushPlatform } from '../push/provider.ts';
import type { Devices } from '../push/devices.ts';
import { conversationPath } from '../protocol/rest.ts';
import {
  type MutedConversation,
  type RegisteredDevice,
  type Settings,
  muteBody,
  registerDeviceBody,
  removeDeviceBody,
  settingsBody,
} from '../protocol/rest-people.ts';
import type { OwnSettings, UserSettings } from '../users/settings.ts';
import { check } from './check.ts';
import type { Route } from './http.ts';
import { empty, json } from './reply.ts';

export interface PeopleParts {
  readonly devices: Devices;
  readonly userSettings: UserSettings;
  readonly muteConversation: MuteConversation;
  readonly platforms: readonly PushPlatform[];
  /** What browsers subscribe with; `null` when there is no Web Push. */
  readonly webPushKey: string | null;
  /** Tells all nodes that a user's presence is seen by nobody, or by the others again. */
  readonly hidePresence: (userId: string, isHidden: boolean) => void;
}

/** How people want to be seen, and to be told of what is new while they are away. */
export const peopleRoutes = (parts: PeopleParts): Route[] => {
  const { devices, userSettings, muteConversation, platforms, webPushKey } = parts;
  const toSettings = (own: OwnSettings): Settings => ({
    ...own,
    push: { platforms: [...platforms], webPushKey },
  });
  return [
    {
      method: 'POST',
      path: '/api/devices',
      access: 'user',
      async handle({ body }, { userId }) {
        const { device, created } = await devices.register(userId, check(registerDeviceBody, body));
        return json(created ? 201 : 200, { device } satisfies RegisteredDevice);
      },
    },
    {
      method: 'DELETE',
      path: '/api/devices',
      access: 'user',
      hasBody: true,
      async handle({ body }, { userId }) {
        const { platform, token } = check(removeDeviceBody, body);
        await devices.remove(userId, platform, token);
        return empty;
      },
    },
    {
      method: 'GET',
      path: '/api/settings',
      access: 'user',
      handle: async (_, { userId }) => json(200, toSettings(await userSettings.get(userId))),
    },
    {
      method: 'PATCH',
      path: '/api/settings',
      access: 'user',
      async handle({ body }, { userId }) {
        const changes = check(settingsBody, body);
        const own = await userSettings.change(userId, changes);
        if (changes.hidePresence !== undefined) parts.hidePresence(userId, own.hidePresence);
        return json(200, toSettings(own));
      },
    },
    {
      method: 'PUT',
      path: '/api/conversations/:id/mute',
      access: 'user',
      hasBody: true,
      async handle({ params, body }, { userId }) {
        const { id: conversationId } = check(conversationPath, params);
        const { until } = check(muteBody, body);
        const muted = await muteConversation.mute(conversationId, userId, until);
        return json(200, { conversationId, muted } satisfies MutedConversation);
      },
    },
    {
      method: 'DELETE',
      path: '/api/conversations/:id/mute',
      access: 'user',
      async handle({ params }, { userId }) {
        const { id: conversationId } = check(conversationPath, params);
        await muteConversation.unmute(conversationId, userId);
        return json(200, { conversationId, muted: null } satisfies MutedConversation);
      },
    },
  ];
};
