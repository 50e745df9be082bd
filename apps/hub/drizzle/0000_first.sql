CREATE TABLE "community_document" (
	"id" integer PRIMARY KEY NOT NULL,
	"number" bigint NOT NULL,
	"issued_at" bigint NOT NULL,
	"bytes" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "device_figures" (
	"device" text PRIMARY KEY NOT NULL,
	"received" bigint NOT NULL,
	"unique_count" bigint NOT NULL,
	"last_at" bigint NOT NULL,
	"last_node" text
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"salt" text NOT NULL,
	"verifier" text NOT NULL,
	"added_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"kind" text NOT NULL,
	"detail" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "expired" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"entry_id" text,
	"node" text,
	"received_at" bigint NOT NULL,
	"age_ms" bigint,
	"payload" "bytea" NOT NULL,
	"subject" text NOT NULL,
	CONSTRAINT "expired_entry_id_unique" UNIQUE("entry_id")
);
--> statement-breakpoint
CREATE TABLE "figures" (
	"name" text PRIMARY KEY NOT NULL,
	"value" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invites" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"uses_max" integer NOT NULL,
	"uses" integer NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"gateway" boolean NOT NULL,
	"invite" text NOT NULL,
	"enrolled_at" bigint NOT NULL,
	"certificate_serial" text NOT NULL,
	"certificate_not_after" bigint NOT NULL,
	"last_message_at" bigint,
	"last_report_at" bigint
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"entry_id" text,
	"node" text,
	"received_at" bigint NOT NULL,
	"age_ms" bigint,
	"payload" "bytea" NOT NULL,
	"subject" text NOT NULL,
	CONSTRAINT "reports_entry_id_unique" UNIQUE("entry_id")
);
--> statement-breakpoint
CREATE TABLE "revocations" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"node" text NOT NULL,
	"serial" text,
	"at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "telemetry" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"entry_id" text,
	"node" text,
	"received_at" bigint NOT NULL,
	"age_ms" bigint,
	"payload" "bytea" NOT NULL,
	"device" text NOT NULL,
	"kind" text NOT NULL,
	"enrolled" boolean NOT NULL,
	"late" boolean NOT NULL,
	"fingerprint" text,
	CONSTRAINT "telemetry_entry_id_unique" UNIQUE("entry_id")
);
--> statement-breakpoint
CREATE INDEX "expired_received_at" ON "expired" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "reports_subject" ON "reports" USING btree ("subject","seq");--> statement-breakpoint
CREATE INDEX "reports_received_at" ON "reports" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "telemetry_received_at" ON "telemetry" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "telemetry_fingerprint" ON "telemetry" USING btree ("fingerprint");