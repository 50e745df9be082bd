CREATE TABLE `devices` (
	`id` text PRIMARY KEY NOT NULL,
	`last_seen` integer NOT NULL,
	`day` integer NOT NULL,
	`packets` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `log_entries` ADD `healed_ms` integer;