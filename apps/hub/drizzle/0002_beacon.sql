ALTER TABLE "community_document" ADD COLUMN "beacon_epoch" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "public_key" "bytea";