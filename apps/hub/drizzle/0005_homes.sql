CREATE TABLE "reward_homes" (
	"device" text PRIMARY KEY NOT NULL,
	"home" text,
	"epoch" bigint NOT NULL,
	"disputed" bigint,
	"disputed_by" text DEFAULT '[]' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reward_undecided" (
	"epoch" bigint NOT NULL,
	"device" text NOT NULL,
	"page" text NOT NULL,
	"via" text NOT NULL,
	"spans" "bytea" NOT NULL,
	CONSTRAINT "reward_undecided_epoch_device_page_via_pk" PRIMARY KEY("epoch","device","page","via")
);
--> statement-breakpoint
ALTER TABLE "reward_quotas" DROP CONSTRAINT "reward_quotas_epoch_device_pk";--> statement-breakpoint
DELETE FROM "reward_quotas";--> statement-breakpoint
ALTER TABLE "reward_quotas" ADD COLUMN "origin" text NOT NULL;--> statement-breakpoint
ALTER TABLE "reward_quotas" ADD CONSTRAINT "reward_quotas_epoch_device_origin_pk" PRIMARY KEY("epoch","device","origin");--> statement-breakpoint
CREATE INDEX "reward_undecided_page" ON "reward_undecided" USING btree ("page");