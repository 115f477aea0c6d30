/** Ephemeral ports there are for one source address are 28,000, less those that wait out their TIME_WAIT. */
const SOCKETS_PER_ADDRESS = 8_000;
let opened = 0;

/** The address of 127.0.0.0/8 that the next socket comes from: of this process alone, another one after 8,000 sockets. */
export function nextSourceAddress(): string {
  const group = Math.floor(opened / SOCKETS_PER_ADDRESS) % 250;
  opened += 1;
  const { pid } = process;
  return `127.${1 + (pid % 250)}.${1 + (Math.floor(pid / 250) % 250)}.${1 + group}`;
}
