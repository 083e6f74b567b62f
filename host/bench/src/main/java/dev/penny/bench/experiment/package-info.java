/** The experiments E-1 to E-9: what is measured, how, and what the pages in docs/experiments show of it. */
package dev.penny.bench.experiment;
