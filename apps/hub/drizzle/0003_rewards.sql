CREATE TABLE "reward_appeals" (
	"node" text NOT NULL,
	"epoch" bigint NOT NULL,
	"text" text NOT NULL,
	"at" bigint NOT NULL,
	"answer" text,
	"answered_at" bigint,
	CONSTRAINT "reward_appeals_node_epoch_pk" PRIMARY KEY("node","epoch")
);
--> statement-breakpoint
CREATE TABLE "reward_arrivals" (
	"epoch" bigint NOT NULL,
	"page" text NOT NULL,
	"via" text NOT NULL,
	"kind" text NOT NULL,
	"spans" "bytea" NOT NULL,
	CONSTRAINT "reward_arrivals_page_epoch_via_kind_pk" PRIMARY KEY("page","epoch","via","kind")
);
--> statement-breakpoint
CREATE TABLE "reward_asks" (
	"key" text PRIMARY KEY NOT NULL,
	"node" text,
	"account" text NOT NULL,
	"call" text NOT NULL,
	"about" text,
	"asked_at" bigint NOT NULL,
	"state" text NOT NULL,
	"tx" text,
	"why" text DEFAULT '[]' NOT NULL,
	"result" text,
	"told" boolean DEFAULT false NOT NULL,
	"retry_at" bigint DEFAULT 0 NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reward_heard" (
	"epoch" bigint NOT NULL,
	"node" text NOT NULL,
	"by" text NOT NULL,
	"minutes" text NOT NULL,
	"rtt_us" bigint,
	"samples" bigint NOT NULL,
	CONSTRAINT "reward_heard_epoch_node_by_pk" PRIMARY KEY("epoch","node","by")
);
--> statement-breakpoint
CREATE TABLE "reward_hours" (
	"node" text NOT NULL,
	"epoch" bigint NOT NULL,
	"received_at" bigint,
	"packets" bigint,
	"root" text,
	"signature" text,
	"timestamp" bigint,
	"parts" integer DEFAULT 0 NOT NULL,
	"parts_here" integer DEFAULT 0 NOT NULL,
	"judged" text,
	"accepted" bigint,
	"proved_tx" text,
	"earning" bigint,
	"uptime_bp" integer,
	"latency_us" bigint,
	"paid_packets" bigint,
	"bp" integer,
	"share_bp" integer,
	"gross" text,
	"in_time" boolean,
	"attested_tx" text,
	"challenged" bigint,
	"challenged_tx" text,
	"must_show" boolean DEFAULT false NOT NULL,
	"deadline" bigint,
	"revealed_tx" text,
	"amount" text,
	"closed" text,
	"closed_tx" text,
	"why" text DEFAULT '[]' NOT NULL,
	"suspect" text,
	"version" integer DEFAULT 1 NOT NULL,
	"told_version" integer DEFAULT 0 NOT NULL,
	"retry_at" bigint DEFAULT 0 NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "reward_hours_node_epoch_pk" PRIMARY KEY("node","epoch")
);
--> statement-breakpoint
CREATE TABLE "reward_inbox" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"entry_id" text NOT NULL,
	"node" text NOT NULL,
	"received_at" bigint NOT NULL,
	"payload" "bytea" NOT NULL,
	CONSTRAINT "reward_inbox_entry_id_unique" UNIQUE("entry_id")
);
--> statement-breakpoint
CREATE TABLE "reward_nodes" (
	"node" text PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"payout" text NOT NULL,
	"nonce" bigint,
	"registered" bigint NOT NULL,
	"probation_from" bigint NOT NULL,
	"caught" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"told_version" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "reward_nodes_public_key_unique" UNIQUE("public_key")
);
--> statement-breakpoint
CREATE TABLE "reward_notes" (
	"name" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reward_params" (
	"from" bigint PRIMARY KEY NOT NULL,
	"params" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reward_parts" (
	"node" text NOT NULL,
	"epoch" bigint NOT NULL,
	"part" integer NOT NULL,
	"carried" text NOT NULL,
	CONSTRAINT "reward_parts_node_epoch_part_pk" PRIMARY KEY("node","epoch","part")
);
--> statement-breakpoint
CREATE TABLE "reward_proposals" (
	"id" bigint PRIMARY KEY NOT NULL,
	"node" text NOT NULL,
	"change" text NOT NULL,
	"voting_ends" bigint NOT NULL,
	"executable_from" bigint NOT NULL,
	"needed" bigint NOT NULL,
	"yes" bigint DEFAULT 0 NOT NULL,
	"no" bigint DEFAULT 0 NOT NULL,
	"executed" boolean DEFAULT false NOT NULL,
	"retry_at" bigint DEFAULT 0 NOT NULL,
	"over" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reward_quotas" (
	"epoch" bigint NOT NULL,
	"device" text NOT NULL,
	"packets" bigint NOT NULL,
	CONSTRAINT "reward_quotas_epoch_device_pk" PRIMARY KEY("epoch","device")
);
--> statement-breakpoint
CREATE TABLE "reward_taken" (
	"node" text NOT NULL,
	"page" text NOT NULL,
	"how" text NOT NULL,
	"spans" "bytea" NOT NULL,
	"epoch" bigint NOT NULL,
	CONSTRAINT "reward_taken_node_page_how_pk" PRIMARY KEY("node","page","how")
);
--> statement-breakpoint
CREATE TABLE "reward_transactions" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"job" text NOT NULL,
	"call" text,
	"submission" text NOT NULL,
	"state" text NOT NULL,
	"tx" text NOT NULL,
	"fee" bigint,
	"why" text,
	"made_at" bigint NOT NULL,
	"ended_at" bigint
);
--> statement-breakpoint
CREATE TABLE "reward_values" (
	"epoch" bigint PRIMARY KEY NOT NULL,
	"value" text NOT NULL,
	"known" bigint NOT NULL,
	"drawn" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reward_vouchers" (
	"node" text NOT NULL,
	"epoch" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"ranges" text NOT NULL,
	CONSTRAINT "reward_vouchers_node_epoch_seq_pk" PRIMARY KEY("node","epoch","seq")
);
--> statement-breakpoint
ALTER TABLE "community_document" ADD COLUMN "rewards" text;--> statement-breakpoint
ALTER TABLE "telemetry" ADD COLUMN "via" text;--> statement-breakpoint
CREATE INDEX "reward_arrivals_epoch" ON "reward_arrivals" USING btree ("epoch");--> statement-breakpoint
CREATE INDEX "reward_asks_waiting" ON "reward_asks" USING btree ("asked_at") WHERE "reward_asks"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX "reward_asks_node" ON "reward_asks" USING btree ("node","asked_at");--> statement-breakpoint
CREATE INDEX "reward_hours_epoch" ON "reward_hours" USING btree ("epoch");--> statement-breakpoint
CREATE INDEX "reward_hours_open" ON "reward_hours" USING btree ("epoch") WHERE "reward_hours"."closed" is null;--> statement-breakpoint
CREATE INDEX "reward_hours_untold" ON "reward_hours" USING btree ("node") WHERE "reward_hours"."told_version" < "reward_hours"."version";--> statement-breakpoint
CREATE UNIQUE INDEX "reward_transactions_open" ON "reward_transactions" USING btree ("account") WHERE "reward_transactions"."state" = 'open';--> statement-breakpoint
CREATE INDEX "reward_vouchers_epoch" ON "reward_vouchers" USING btree ("epoch");