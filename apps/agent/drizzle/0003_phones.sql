CREATE TABLE `phones` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`public_key` text NOT NULL,
	`paired_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`last_way` text NOT NULL,
	`counter_top` integer NOT NULL,
	`counter_bits` text NOT NULL
);
