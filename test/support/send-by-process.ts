import { packagePath } from '../../src/lib/package-path.ts';
import { run } from '../../src/lib/run.ts';
import type { PushResult } from '../../src/push/provider.ts';
import type { SendPush } from './send-push.ts';

/** Sends a push from a process of its own. */
export async function sendByProcess(what: SendPush, env: NodeJS.ProcessEnv): Promise<PushResult> {
  const file = packagePath('test/support/send-push.ts');
  const output = await run(process.execPath, ['--import', 'tsx', file, JSON.stringify(what)], {
    env: { PATH: process.env['PATH'], ...env },
  });
  return JSON.parse(output) as PushResult;
}
