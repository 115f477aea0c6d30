/** What the inbox says of who is here, and of what the reader is told of. */
export interface AccountStrings {
  readonly presence: {
    readonly online: string;
    readonly justNow: string;
    /** @param ago as `Intl.RelativeTimeFormat` says it: 5 minutes ago */
    readonly lastSeen: (ago: string) => string;
  };
  readonly mute: {
    /** The button, and its menu. */
    readonly options: string;
    readonly mute: string;
    readonly hours: (count: number, text: string) => string;
    readonly forGood: string;
    readonly unmute: string;
    readonly muted: string;
    /** @param time of the day, with the date when that is another */
    readonly mutedUntil: (time: string) => string;
    /** What has been done. */
    readonly isMuted: string;
    readonly isUnmuted: string;
  };
  readonly settings: {
    readonly title: string;
    readonly open: string;
    readonly close: string;
    readonly loading: string;
    readonly failed: string;
    readonly retry: string;
    readonly notSaved: string;
    readonly notifications: string;
    readonly notificationsHint: string;
    readonly areOn: string;
    readonly turnOn: string;
    readonly turnOff: string;
    /** Why they can't be turned on, and what helps. */
    readonly denied: string;
    readonly unsupported: string;
    readonly email: string;
    readonly quietHours: string;
    readonly quietHoursHint: string;
    readonly from: string;
    readonly to: string;
    readonly timeZone: (name: string) => string;
    readonly sameTime: string;
    readonly hidePresence: string;
    readonly hidePresenceHint: string;
  };
}
