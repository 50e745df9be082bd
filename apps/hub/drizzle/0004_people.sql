CREATE TABLE "join_requests" (
	"node" text PRIMARY KEY NOT NULL,
	"public_key" "bytea" NOT NULL,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"for_good" boolean NOT NULL,
	"gateway" boolean NOT NULL,
	"asked_at" bigint NOT NULL,
	"heard_at" bigint NOT NULL,
	"by" text,
	"decided_at" bigint
);
--> statement-breakpoint
ALTER TABLE "invites" ADD COLUMN "by" text;--> statement-breakpoint
ALTER TABLE "invites" ADD COLUMN "withdrawn_at" bigint;