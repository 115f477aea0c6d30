import type { AccountStrings } from './account-strings.ts';
import { plurals } from './plurals.ts';

export const accountDe: AccountStrings = {
  presence: {
    online: 'Jetzt online',
    justNow: 'Gerade eben noch online',
    lastSeen: (ago) => `Zuletzt online ${ago}`,
  },
  mute: {
    options: 'Optionen der Unterhaltung',
    mute: 'Unterhaltung stummschalten',
    hours: plurals('de', { one: 'Für {n} Stunde', other: 'Für {n} Stunden' }),
    forGood: 'Bis ich es wieder ändere',
    unmute: 'Stummschaltung aufheben',
    muted: 'Stummgeschaltet',
    mutedUntil: (time) => `Stummgeschaltet bis ${time}`,
    isMuted: 'Du wirst über diese Unterhaltung nicht mehr benachrichtigt.',
    isUnmuted: 'Du wirst über diese Unterhaltung wieder benachrichtigt.',
  },
  settings: {
    title: 'Einstellungen',
    open: 'Einstellungen',
    close: 'Schließen',
    loading: 'Deine Einstellungen werden geladen…',
    failed: 'Deine Einstellungen konnten nicht geladen werden.',
    retry: 'Erneut versuchen',
    notSaved: 'Das konnte nicht gespeichert werden. Bitte versuche es noch einmal.',
    notifications: 'Benachrichtigungen auf diesem Gerät',
    notificationsHint: 'Erfahre von neuen Nachrichten, auch wenn diese Seite zu ist.',
    areOn: 'Benachrichtigungen sind eingeschaltet.',
    turnOn: 'Einschalten',
    turnOff: 'Ausschalten',
    denied:
      'Benachrichtigungen sind für diese Website blockiert. Du kannst sie im Browser neben der Adresse der Seite erlauben.',
    unsupported:
      'Dieser Browser kann hier keine Benachrichtigungen zeigen. Auf iPhone und iPad muss die Seite erst zum Home-Bildschirm hinzugefügt werden.',
    email: 'E-Mails über ungelesene Nachrichten',
    quietHours: 'Ruhezeit',
    quietHoursHint: 'In dieser Zeit gibt es keine Benachrichtigungen.',
    from: 'Von',
    to: 'Bis',
    timeZone: (name) => `Zeitzone: ${name}`,
    sameTime: 'Die beiden Zeiten dürfen nicht gleich sein.',
    hidePresence: 'Nicht zeigen, wann ich online bin',
    hidePresenceHint: 'Andere sehen weder, dass du hier bist, noch wann du es zuletzt warst.',
  },
};
