/** What a node serves as `/parley-sw.js`, for pages of its own origin that have no service worker of their own. */
import { scope } from './scope.ts';
import { handleClick, handlePush, handleSubscriptionChange } from './service-worker.ts';

// It keeps nothing for pages: the newest may take over at any time.
scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener('push', (event) => handlePush(event));
scope.addEventListener('notificationclick', (event) => handleClick(event));
scope.addEventListener('pushsubscriptionchange', (event) => handleSubscriptionChange(event));
