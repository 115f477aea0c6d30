import { ProtocolError } from '../protocol/errors.ts';

/** Behind a URL that we did sign is nothing any more. Answered with 404 and `not_found`. */
export class AttachmentGone extends ProtocolError {
  constructor() {
    super('invalid_message', 'this attachment is not there any more');
  }
}
