import type { Authenticate } from './auth/authenticate.ts';
import type { PushSettings } from './config-notifications.ts';
import { createMuteConversation } from './conversations/mute.ts';
import type { Database } from './db/pool.ts';
import type { Disposer } from './lib/disposer.ts';
import type { Logger } from './lib/logger.ts';
import { createDevices } from './push/devices.ts';
import { isAllowedEndpoint } from './push/endpoint.ts';
import type { PushPlatform } from './push/provider.ts';
import { openVapidKeys } from './push/vapid-keys.ts';
import type { Route } from './transport/http.ts';
import { type PeopleParts, peopleRoutes } from './transport/people-routes.ts';
import { openProfiles, toProfile } from './users/profiles.ts';
import { createUserSettings } from './users/settings.ts';

/** What a node keeps of its users, beside what they say to each other. */
export interface UserFeatures {
  readonly routes: Route[];
  /** Takes note of what the tokens say of their users. */
  remembering(authenticate: Authenticate): Authenticate;
}

export async function openUserFeatures(
  push: PushSettings,
  database: Database,
  hidePresence: PeopleParts['hidePresence'],
  logger: Logger,
  disposer: Disposer,
): Promise<UserFeatures> {
  const platforms = (['fcm', 'apns', 'web'] satisfies PushPlatform[]).filter(
    (platform) => push[platform] !== undefined,
  );
  const { web } = push;
  const profiles = openProfiles(database, logger, disposer);
  return {
    routes: peopleRoutes({
      devices: createDevices(database, platforms, (url) =>
        isAllowedEndpoint(url, web?.hosts ?? []),
      ),
      userSettings: createUserSettings(database),
      muteConversation: createMuteConversation(database),
      platforms,
      webPushKey: web === undefined ? null : (await openVapidKeys(web, database)).publicKey,
      hidePresence,
    }),
    remembering: (authenticate) => async (token) => {
      const identity = await authenticate(token);
      profiles.remember(identity.userId, toProfile(identity.claims));
      return identity;
    },
  };
}
