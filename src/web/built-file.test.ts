import { expect, test } from 'vitest';
import { StartupError } from '../lib/startup-error.ts';
import { builtFile } from './built-file.ts';

test('a node that was not built says in one line what is missing and what to do', async () => {
  const starting = builtFile('/nowhere.js', 'nowhere.js', {});
  await expect(starting).rejects.toThrow(StartupError);
  await expect(starting).rejects.toThrow(
    /^\S*dist\/web\/nowhere\.js can't be read: run npm run build$/,
  );
});
