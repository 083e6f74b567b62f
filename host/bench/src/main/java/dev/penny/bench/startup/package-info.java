/** How long cold commands take, and how fast a job is after a second, two, three: {@code scripts/warmup}. */
package dev.penny.bench.startup;
