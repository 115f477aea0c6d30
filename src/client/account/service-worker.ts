import type { ServiceWorkerLike } from '../account-types.ts';
import type { ClientOptions } from '../client-options.ts';

type Given = ClientOptions['serviceWorker'];

/** What a node serves, for pages of its own origin that have none. */
const DEFAULT = '/parley-sw.js';

/** The one that is there. */
export async function findWorker(given: Given): Promise<ServiceWorkerRegistration | undefined> {
  if (isRegistration(given)) return given as ServiceWorkerRegistration;
  return navigator.serviceWorker.getRegistration(given && new URL('.', absolute(given)).href);
}

/** The one that is there, else a new one, as soon as it can be subscribed with. */
export async function registerWorker(given: Given): Promise<ServiceWorkerRegistration> {
  let worker: ServiceWorkerRegistration | undefined;
  if (isRegistration(given)) worker = given as ServiceWorkerRegistration;
  else {
    // Where the page leaves it to us, we leave it to a worker that it has: two of them can't have one scope.
    worker = given === undefined ? await findWorker(given) : undefined;
    const script = trusted(absolute(given ?? DEFAULT));
    worker ??= await navigator.serviceWorker.register(script);
  }
  await active(worker);
  return worker;
}

const absolute = (address: string | URL): string => new URL(address, document.baseURI).href;

const isRegistration = (given: Given): given is ServiceWorkerLike =>
  typeof given === 'object' && 'pushManager' in given;

/** There is nothing to subscribe with before it is. */
const active = async ({
  active: isActive,
  installing,
  waiting,
}: ServiceWorkerRegistration): Promise<void> => {
  const coming = installing ?? waiting;
  if (isActive || !coming) return;
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (coming.state === 'activated' || coming.state === 'redundant') resolve();
    };
    coming.addEventListener('statechange', look);
    look();
  });
};

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

/** For pages whose policy is `require-trusted-types-for 'script'`: they allow one of the name `parley`. */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  try {
    policy ??= trustedTypes?.createPolicy('parley', { createScriptURL: (text) => text });
  } catch {
    // Not allowed: the browser says so when it is needed.
  }
  return policy?.createScriptURL(url) ?? url;
}

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;
