CREATE TABLE `chain_values` (
	`book` integer NOT NULL,
	`epoch` integer NOT NULL,
	`value` text NOT NULL,
	`drawn` integer NOT NULL,
	PRIMARY KEY(`book`, `epoch`)
);
--> statement-breakpoint
CREATE TABLE `errands` (
	`book` integer NOT NULL,
	`id` text NOT NULL,
	`at` integer NOT NULL,
	`errand` text NOT NULL,
	PRIMARY KEY(`book`, `id`)
);
--> statement-breakpoint
CREATE TABLE `movements` (
	`book` integer NOT NULL,
	`address` text NOT NULL,
	`id` text NOT NULL,
	`movement` text NOT NULL,
	PRIMARY KEY(`book`, `address`, `id`)
);
--> statement-breakpoint
CREATE TABLE `receipts` (
	`book` integer NOT NULL,
	`epoch` integer NOT NULL,
	`next` text NOT NULL,
	`seq` integer NOT NULL,
	`packets` integer NOT NULL,
	`ranges` blob NOT NULL,
	`signature` blob NOT NULL,
	PRIMARY KEY(`book`, `epoch`, `next`, `seq`)
);
--> statement-breakpoint
CREATE TABLE `reward_books` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`network` text NOT NULL,
	`contract` text NOT NULL,
	`epoch_seconds` integer NOT NULL,
	`opened_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `reward_hours` (
	`book` integer NOT NULL,
	`epoch` integer NOT NULL,
	`stage` text NOT NULL,
	`packets` integer NOT NULL,
	`amount` integer NOT NULL,
	`settled` integer NOT NULL,
	`proved` integer NOT NULL,
	`record` text NOT NULL,
	PRIMARY KEY(`book`, `epoch`)
);
--> statement-breakpoint
CREATE INDEX `reward_hours_settled` ON `reward_hours` (`book`,`settled`);--> statement-breakpoint
CREATE TABLE `sightings` (
	`book` integer NOT NULL,
	`epoch` integer NOT NULL,
	`node` text NOT NULL,
	`minutes` text NOT NULL,
	`rtt_us_sum` integer NOT NULL,
	`samples` integer NOT NULL,
	PRIMARY KEY(`book`, `epoch`, `node`)
);
--> statement-breakpoint
CREATE TABLE `submissions` (
	`book` integer NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`open` integer NOT NULL,
	`at` integer NOT NULL,
	`submission` text NOT NULL,
	PRIMARY KEY(`book`, `id`)
);
