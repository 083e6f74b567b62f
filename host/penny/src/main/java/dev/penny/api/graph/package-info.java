/** Task graphs: named tasks with results that flow along edges, built once and run as often as wanted. Start with {@code Penny.graph}. */
package dev.penny.api.graph;
