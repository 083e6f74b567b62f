/** Penny: a parallel task runtime whose scheduler is a WebAssembly module. */
module dev.penny {
    requires org.graalvm.polyglot;
    requires run.endive.wasm;
    requires java.management;
    requires jdk.management;

    exports dev.penny;
    exports dev.penny.api;
    exports dev.penny.api.graph;
    exports dev.penny.spi;

    uses dev.penny.spi.ThreadBackend;

    provides dev.penny.spi.ThreadBackend with
            dev.penny.internal.backend.PlatformBackend,
            dev.penny.internal.backend.VirtualBackend,
            dev.penny.internal.backend.ForkJoinBackend,
            dev.penny.internal.backend.DeterministicBackend;
}
