/**
 * Graph files: from YAML text to a checked plan of tasks, its drawing and its trace. It knows nothing of the command line and of the
 * runtime; {@link dev.penny.cli.graph.Surroundings} stands for both.
 */
package dev.penny.cli.graph;
