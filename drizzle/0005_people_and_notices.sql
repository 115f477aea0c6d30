CREATE TABLE "dead_webhooks" (
	"event_id" text PRIMARY KEY NOT NULL,
	"event" jsonb NOT NULL,
	"attempts" integer NOT NULL,
	"reason" text NOT NULL,
	"died_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"platform" text NOT NULL,
	"token" text NOT NULL,
	"keys" jsonb,
	"created_at" timestamp with time zone NOT NULL,
	"registered_at" timestamp with time zone NOT NULL,
	CONSTRAINT "devices_platform_token_key" UNIQUE("platform","token")
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"conversation_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"muted_until" timestamp with time zone,
	"pushed_seq" integer DEFAULT 0 NOT NULL,
	"pushing_seq" integer,
	"pushing_until" timestamp with time zone,
	"reminded_seq" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "notices_pkey" PRIMARY KEY("conversation_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "scan_positions" (
	"name" text PRIMARY KEY NOT NULL,
	"position" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"last_seen_at" timestamp with time zone,
	"hides_presence" boolean DEFAULT false NOT NULL,
	"email" text,
	"name" text,
	"locale" text,
	"email_off_at" timestamp with time zone,
	"quiet_from" smallint,
	"quiet_to" smallint,
	"time_zone" text
);
--> statement-breakpoint
CREATE INDEX "devices_user_id_idx" ON "devices" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "messages_created_at_idx" ON "messages" USING btree ("created_at");--> statement-breakpoint
-- Room for the next version of a row in its page: their updates stay HOT.
ALTER TABLE "users" SET (fillfactor = 70);--> statement-breakpoint
ALTER TABLE "notices" SET (fillfactor = 70);--> statement-breakpoint
CREATE OR REPLACE FUNCTION parley_delete_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM messages WHERE conversation_id = OLD.id;
  DELETE FROM changes WHERE conversation_id = OLD.id;
  DELETE FROM message_versions WHERE conversation_id = OLD.id;
  DELETE FROM notices WHERE conversation_id = OLD.id;
  UPDATE attachments SET state = 'refused', deleted_at = to_timestamp(0) WHERE conversation_id = OLD.id;
  RETURN NULL;
END $$;
