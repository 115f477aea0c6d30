import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';

/** Whether the program ends with 0. */
export const succeeds = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, {
    stdio: 'ignore',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

export const hasCommand = (name: string): boolean => succeeds('sh', ['-c', `command -v ${name}`]);

const apt = (...args: readonly string[]): boolean => succeeds('apt-get', ['-qq', ...args]);

/** Installs a Debian package, as root. @returns whether it is installed now */
export function install(name: string): boolean {
  if (process.getuid?.() !== 0 || !hasCommand('apt-get')) return false;
  console.log(`installing ${name} with apt`);
  return apt('install', '-y', name) || (apt('update') && apt('install', '-y', name));
}

/** Whether it is on PATH, if need be after installing the Debian package of its name as root. */
export const hasOrInstalls = (name: string): boolean => hasCommand(name) || install(name);

/** Whether somebody listens on this port of 127.0.0.1. */
export const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
