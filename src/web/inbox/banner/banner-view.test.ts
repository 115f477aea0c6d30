import { expect, it } from 'vitest';
import { ParleyError } from '../../../client/errors.ts';
import type { ConnectionState } from '../../../client/types.ts';
import { BannerStory } from './banner-view.ts';

const connecting: ConnectionState = { status: 'connecting' };
const live: ConnectionState = { status: 'live' };
const waiting = (retryAt: number): ConnectionState => ({
  status: 'waiting',
  retryAt,
  error: new ParleyError('network', 'no answer'),
});
const failed = (code: 'unauthenticated' | 'forbidden_origin'): ConnectionState => ({
  status: 'failed',
  error: new ParleyError(code, 'no'),
});

it('a quick connection is not talked about', () => {
  const story = new BannerStory();
  expect(story.view(connecting, 0)).toEqual({ kind: 'none', until: 1000 });
  expect(story.view(connecting, 999)).toEqual({ kind: 'none', until: 1000 });
  expect(story.view(live, 999)).toEqual({ kind: 'none' });
});

it('a slow one is, and the first is not "again"', () => {
  const story = new BannerStory();
  story.view(connecting, 0);
  expect(story.view(connecting, 1000)).toEqual({ kind: 'connecting' });
  expect(story.view(live, 1500)).toEqual({ kind: 'none' });
});

it('counts down, and stays while it tries', () => {
  const story = new BannerStory();
  story.view(live, 0);
  expect(story.view(waiting(4500), 0)).toEqual({ kind: 'none', until: 1000 });
  expect(story.view(waiting(4500), 1000)).toEqual({ kind: 'waiting', seconds: 4, until: 1500 });
  expect(story.view(waiting(4500), 1500)).toEqual({ kind: 'waiting', seconds: 3, until: 2500 });
  expect(story.view(waiting(4500), 4500)).toEqual({ kind: 'connecting' });
  expect(story.view(connecting, 4600)).toEqual({ kind: 'connecting' });
  expect(story.view(live, 5000)).toEqual({ kind: 'back', until: 8000 });
  expect(story.view(live, 7999)).toEqual({ kind: 'back', until: 8000 });
  expect(story.view(live, 8000)).toEqual({ kind: 'none' });
});

it('short interruptions after one another count as one', () => {
  const story = new BannerStory();
  story.view(waiting(300), 0);
  story.view(connecting, 300);
  story.view(waiting(1300), 400);
  expect(story.view(connecting, 1300)).toEqual({ kind: 'connecting' });
});

it('offline and failed are said at once', () => {
  expect(new BannerStory().view({ status: 'offline' }, 0)).toEqual({ kind: 'offline' });
  expect(new BannerStory().view(failed('unauthenticated'), 0)).toEqual({ kind: 'signedOut' });
  expect(new BannerStory().view(failed('forbidden_origin'), 0)).toEqual({ kind: 'failed' });
});

it('a client that is closed may be about to be replaced', () => {
  const story = new BannerStory();
  expect(story.view({ status: 'closed' }, 0)).toEqual({ kind: 'none', until: 1000 });
  expect(story.view({ status: 'closed' }, 1000)).toEqual({ kind: 'failed' });
});

it('says nothing before it was to connect', () => {
  expect(new BannerStory().view({ status: 'idle' }, 0)).toEqual({ kind: 'none' });
});
