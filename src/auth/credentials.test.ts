import { describe, expect, test } from 'vitest';
import { type CredentialSources, findCredentials, selectProtocol } from './credentials.ts';

const find = (sources: Partial<CredentialSources>) =>
  findCredentials({ authorization: '', protocols: '', cookie: '', query: undefined, ...sources });

const ALL = {
  authorization: 'Bearer h',
  protocols: 'parley.v1, bearer.p',
  cookie: 'parley_token=c',
  query: 'q',
};

describe('the order', () => {
  test('header, subprotocol, cookie, query, nothing', () => {
    expect(find(ALL)).toEqual({ token: 'h', place: 'header' });
    expect(find({ ...ALL, authorization: '' })).toEqual({ token: 'p', place: 'protocol' });
    expect(find({ cookie: ALL.cookie, query: 'q' })).toEqual({ token: 'c', place: 'cookie' });
    expect(find({ query: 'q' })).toEqual({ token: 'q', place: 'query' });
    expect(find({})).toBeUndefined();
  });
});

describe('the header', () => {
  test.each([
    ['Bearer a.b.c', 'a.b.c'],
    ['bearer a.b.c', 'a.b.c'],
    ['BEARER  a.b.c ', 'a.b.c'],
  ])('%j has a token', (authorization, token) => {
    expect(find({ authorization })).toEqual({ token, place: 'header' });
  });

  test.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer ', 'a.b.c'])(
    '%j has none',
    (authorization) => {
      expect(find({ authorization })).toBeUndefined();
    },
  );
});

describe('the subprotocol', () => {
  test.each(['parley.v1, bearer.a.b.c', 'bearer.a.b.c,parley.v1', ' parley.v1 ,  bearer.a.b.c '])(
    '%j has a token',
    (protocols) => {
      expect(find({ protocols })).toEqual({ token: 'a.b.c', place: 'protocol' });
      expect(selectProtocol(protocols)).toBe('parley.v1');
    },
  );

  test('no token in it', () => {
    expect(find({ protocols: 'parley.v1' })).toBeUndefined();
    expect(selectProtocol('parley.v1')).toBe('parley.v1');
  });

  test('the token is never what is selected', () => {
    expect(selectProtocol('bearer.a.b.c')).toBe('');
    expect(selectProtocol('')).toBe('');
    expect(selectProtocol('parley.v10, chat')).toBe('');
  });
});

describe('the cookie', () => {
  test.each([
    'parley_token=a.b.c',
    'theme=dark; parley_token=a.b.c; lang=de',
    'theme=dark;parley_token=a.b.c',
    'parley_token="a.b.c"',
    'flag; parley_token=a.b.c',
  ])('%j has a token', (cookie) => {
    expect(find({ cookie })).toEqual({ token: 'a.b.c', place: 'cookie' });
  });

  test.each(['xparley_token=a', 'parley_token2=a', 'a=parley_token', 'parley_token'])(
    '%j has none',
    (cookie) => {
      expect(find({ cookie })).toBeUndefined();
    },
  );

  test('= may be in its value', () => {
    expect(find({ cookie: 'parley_token=a=b=' })?.token).toBe('a=b=');
  });
});

test('an empty query parameter is none', () => {
  expect(find({ query: '' })).toBeUndefined();
});
