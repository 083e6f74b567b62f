package dev.penny.bench.suite;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * Penny against a peer in one benchmark. One line of the results; the format is stable.
 *
 * @param name the benchmark
 * @param workers threads of Penny and, if it has any, of the peer
 * @param peer {@link Peer#text}
 * @param pennyNanos median time of Penny
 * @param peerNanos median time of the peer
 * @param ratio median over the pairs of Penny's time divided by the peer's; below 1 Penny is faster
 * @param ratioQ1 first quartile of the same
 * @param ratioQ3 third quartile
 * @param pairs how many pairs
 */
@JsonPropertyOrder({"name", "workers", "peer", "penny_ns", "peer_ns", "ratio", "ratio_q1", "ratio_q3", "pairs"})
public record Comparison(
        @JsonProperty(value = "name", required = true) String name,
        @JsonProperty(value = "workers", required = true) int workers,
        @JsonProperty(value = "peer", required = true) Peer peer,
        @JsonProperty(value = "penny_ns", required = true) double pennyNanos,
        @JsonProperty(value = "peer_ns", required = true) double peerNanos,
        @JsonProperty(value = "ratio", required = true) double ratio,
        @JsonProperty(value = "ratio_q1", required = true) double ratioQ1,
        @JsonProperty(value = "ratio_q3", required = true) double ratioQ3,
        @JsonProperty(value = "pairs", required = true) int pairs) {

    /** Checks the ranges. */
    public Comparison {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("a comparison without a name");
        }
        if (workers < 1 || pairs < 1) {
            throw new IllegalArgumentException("out of range: name=%s, workers=%d, pairs=%d, min=1".formatted(name, workers, pairs));
        }
        for (double number : new double[] {pennyNanos, peerNanos, ratio, ratioQ1, ratioQ3}) {
            if (!(number > 0) || !Double.isFinite(number)) {
                throw new IllegalArgumentException("not a positive number: name=%s, peer=%s, value=%s"
                        .formatted(name, peer == null ? "none" : peer.text(), number));
            }
        }
        if (ratioQ1 > ratio || ratio > ratioQ3) {
            throw new IllegalArgumentException("quartiles out of order: name=%s, ratio_q1=%s, ratio=%s, ratio_q3=%s"
                    .formatted(name, ratioQ1, ratio, ratioQ3));
        }
    }

    /**
     * Compares times that were measured in pairs.
     *
     * @throws IllegalArgumentException not as many of one as of the other, none, or one that is not above 0
     */
    public static Comparison of(String name, int workers, Peer peer, double[] pennyNanos, double[] peerNanos) {
        if (pennyNanos.length != peerNanos.length) {
            throw new IllegalArgumentException("not pairs: name=%s, peer=%s, penny=%d, peer's=%d"
                    .formatted(name, peer.text(), pennyNanos.length, peerNanos.length));
        }
        double[] ratios = new double[pennyNanos.length];
        for (int i = 0; i < ratios.length; i++) {
            if (!(pennyNanos[i] > 0) || !(peerNanos[i] > 0)) {
                throw new IllegalArgumentException("times are above 0: name=%s, peer=%s, pair=%d".formatted(name, peer.text(), i));
            }
            ratios[i] = pennyNanos[i] / peerNanos[i];
        }
        return new Comparison(name, workers, peer, round(Statistics.median(pennyNanos)), round(Statistics.median(peerNanos)),
                round(Statistics.median(ratios)), round(Statistics.quantile(0.25, ratios)), round(Statistics.quantile(0.75, ratios)),
                ratios.length);
    }

    /** Four significant digits: more is noise. */
    private static double round(double value) {
        return new java.math.BigDecimal(value).round(new java.math.MathContext(4)).doubleValue();
    }
}
