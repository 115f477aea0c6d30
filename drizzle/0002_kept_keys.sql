CREATE TABLE "kept_keys" (
	"url" text PRIMARY KEY NOT NULL,
	"jwks" jsonb NOT NULL,
	"fetched_at" timestamp with time zone NOT NULL
);
