CREATE TABLE "broker_queue" (
	"id" bigint PRIMARY KEY NOT NULL,
	"client" text NOT NULL,
	"topic" text NOT NULL,
	"payload" "bytea" NOT NULL,
	"qos" integer NOT NULL,
	"expires_at" bigint
);
--> statement-breakpoint
CREATE TABLE "broker_sessions" (
	"client" text PRIMARY KEY NOT NULL,
	"away_since" bigint
);
--> statement-breakpoint
CREATE TABLE "broker_subscriptions" (
	"client" text NOT NULL,
	"filter" text NOT NULL,
	"qos" integer NOT NULL,
	CONSTRAINT "broker_subscriptions_client_filter_pk" PRIMARY KEY("client","filter")
);
--> statement-breakpoint
CREATE INDEX "broker_queue_client" ON "broker_queue" USING btree ("client");