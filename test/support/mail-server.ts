import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Received {
  /** Of the envelope. */
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly mail: ParsedMail;
}

export const SMTP_LOGIN = { user: 'relay-user', password: 'the-password-of-the-relay' };

/** An SMTP server that keeps what it takes. */
export class MailServer {
  readonly received: Received[] = [];
  /** Reply codes that recipients are refused with, one after the other; then they are taken. */
  readonly refusals: number[] = [];
  /** Of the log-ins, each as the client said it. */
  readonly logins: string[] = [];
  readonly url: string;
  readonly #server: SMTPServer;

  private constructor(server: SMTPServer, isSecure: boolean) {
    this.#server = server;
    const { port } = this.#server.server.address() as AddressInfo;
    const { user, password } = SMTP_LOGIN;
    this.url = `smtp${isSecure ? 's' : ''}://${user}:${password}@127.0.0.1:${port}`;
  }

  /** @param port any free one with 0 */
  static async open(options: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
    let self: MailServer | undefined;
    const server = new SMTPServer({
      // Without a certificate of its own it has one that nobody trusts.
      disabledCommands: ['STARTTLS'],
      closeTimeout: 100,
      ...options,
      onAuth({ username, password }, _, done) {
        self?.logins.push(`${username}:${password}`);
        if (password === SMTP_LOGIN.password) done(null, { user: username });
        else done(Object.assign(new Error('no such account'), { responseCode: 535 }));
      },
      onRcptTo({ address }, _, done) {
        const responseCode = self?.refusals.shift();
        if (responseCode === undefined) done();
        // As servers do, it names the address.
        else done(Object.assign(new Error(`5.1.1 <${address}> is not here`), { responseCode }));
      },
      onData(stream, { envelope }, done) {
        const keep = async (): Promise<void> => {
          const raw = await buffer(stream);
          self?.received.push({
            from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
            to: envelope.rcptTo.map(({ address }) => address),
            raw: raw.toString(),
            mail: await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true }),
          });
          done();
        };
        void keep();
      },
    });
    // Clients go away as they like.
    server.on('error', () => undefined);
    server.listen(port, '127.0.0.1');
    await once(server.server, 'listening');
    self = new MailServer(server, options.secure === true);
    return self;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
