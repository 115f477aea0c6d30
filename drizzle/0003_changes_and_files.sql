CREATE TABLE "attachments" (
	"conversation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"uploader_id" uuid NOT NULL,
	"name" text NOT NULL,
	"content_type" text NOT NULL,
	"size" bigint NOT NULL,
	"state" text DEFAULT 'announced' NOT NULL,
	"width" integer,
	"height" integer,
	"object_key" text,
	"thumbnail_key" text,
	"message_id" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"deleted_at" timestamp with time zone,
	"swept_at" timestamp with time zone,
	CONSTRAINT "attachments_pkey" PRIMARY KEY("conversation_id","id")
);
--> statement-breakpoint
CREATE TABLE "message_versions" (
	"conversation_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"message_id" uuid NOT NULL,
	"content" text NOT NULL,
	"attachments" jsonb,
	"reason" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"replaced_at" timestamp with time zone NOT NULL,
	CONSTRAINT "message_versions_pkey" PRIMARY KEY("conversation_id","seq")
);
--> statement-breakpoint
CREATE TABLE "shared_secrets" (
	"name" text PRIMARY KEY NOT NULL,
	"secret" "bytea" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "emoji" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "edited_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "reactions" jsonb;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "attachments" jsonb;--> statement-breakpoint
CREATE INDEX "attachments_unswept_idx" ON "attachments" USING btree ("created_at") WHERE "attachments"."swept_at" is null;--> statement-breakpoint
CREATE INDEX "attachments_deleted_at_idx" ON "attachments" USING btree ("deleted_at") WHERE "attachments"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "message_versions_message_id_idx" ON "message_versions" USING btree ("conversation_id","message_id");--> statement-breakpoint
CREATE INDEX "message_versions_deleted_idx" ON "message_versions" USING btree ("replaced_at") WHERE "message_versions"."reason" = 'delete';