/** Which tasks must wait for which others; knows nothing of how they run. */
package dev.penny.internal.engine.order;
