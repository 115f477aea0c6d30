/** What a shop's own chat would store: Parley's first tables, before it kept any numbers. */
export const SOCKET_IO_SCHEMA = `
  CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    listing_id integer NOT NULL,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    last_message_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (listing_id, buyer_id)
  );
  CREATE TABLE messages (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations (id),
    sender_id uuid NOT NULL,
    content text NOT NULL,
    read_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX ON conversations (buyer_id);
  CREATE INDEX ON conversations (seller_id);
  CREATE INDEX ON messages (conversation_id, created_at);
`;
