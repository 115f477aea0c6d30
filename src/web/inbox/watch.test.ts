import { expect, it, vi } from 'vitest';
import { Subject } from '../../client/observable.ts';
import type { Host } from './host.ts';
import { Watch } from './watch.ts';

const hostOf = () => {
  const requestUpdate = vi.fn<() => void>();
  const host = { requestUpdate, addController() {}, isConnected: true };
  return { requestUpdate, host: host as typeof host & Host };
};

it('renders at each change, of whichever is watched by then', () => {
  const { requestUpdate, host } = hostOf();
  const [first, second] = [new Subject(1), new Subject(10)];
  let source: Subject<number> | undefined;
  const watch = new Watch(host, () => source);
  watch.hostUpdate();
  expect(watch.value).toBeUndefined();
  source = first;
  watch.hostUpdate();
  requestUpdate.mockClear();
  first.set(2);
  expect(requestUpdate).toHaveBeenCalledOnce();
  expect(watch.value).toBe(2);
  source = second;
  watch.hostUpdate();
  requestUpdate.mockClear();
  first.set(3);
  expect(requestUpdate).not.toHaveBeenCalled();
  second.set(11);
  expect(requestUpdate).toHaveBeenCalledOnce();
});

it('not while its element is out of the page, and again afterwards', () => {
  const { requestUpdate, host } = hostOf();
  const subject = new Subject(1);
  const watch = new Watch(host, () => subject);
  watch.hostUpdate();
  host.isConnected = false;
  watch.hostDisconnected();
  // One that was pending.
  watch.hostUpdate();
  requestUpdate.mockClear();
  subject.set(2);
  expect(requestUpdate).not.toHaveBeenCalled();
  host.isConnected = true;
  watch.hostConnected();
  expect(requestUpdate).toHaveBeenCalledOnce();
  watch.hostUpdate();
  requestUpdate.mockClear();
  subject.set(3);
  expect(requestUpdate).toHaveBeenCalledOnce();
});
