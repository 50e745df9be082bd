CREATE TABLE `log_entries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`incarnation` integer NOT NULL,
	`mono` integer NOT NULL,
	`trusted` integer NOT NULL,
	`kind` text NOT NULL,
	`node` text,
	`node_name` text,
	`detail` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `minute_counters` (
	`minute` integer NOT NULL,
	`incarnation` integer NOT NULL,
	`traffic` integer NOT NULL,
	`direction` integer NOT NULL,
	`class` integer NOT NULL,
	`packets` integer NOT NULL,
	`bytes` integer NOT NULL,
	`mono` integer NOT NULL,
	`trusted` integer NOT NULL,
	PRIMARY KEY(`minute`, `incarnation`, `traffic`, `direction`, `class`)
);
--> statement-breakpoint
CREATE TABLE `opaque_records` (
	`identifier` text PRIMARY KEY NOT NULL,
	`record` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `run_intervals` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`incarnation` integer NOT NULL,
	`started_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`mono` integer NOT NULL,
	`trusted` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `run_intervals_seen_at` ON `run_intervals` (`seen_at`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`counter_top` integer NOT NULL,
	`counter_bits` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
