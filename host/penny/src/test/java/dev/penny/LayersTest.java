package dev.penny;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Data flows one way: facade, engine, guests, vtable, core bridge; backends beside the engine; values at the bottom. */
@AnalyzeClasses(packages = "dev.penny", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {

    @ArchTest
    static final ArchRule ARROWS_POINT_ONE_WAY = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("facade").definedBy("dev.penny")
            .layer("engine").definedBy("dev.penny.internal.engine..")
            .layer("guest").definedBy("dev.penny.internal.guest..")
            .layer("vtable").definedBy("dev.penny.internal.vtable..")
            .layer("core").definedBy("dev.penny.internal.core..")
            .layer("backend").definedBy("dev.penny.internal.backend..")
            .layer("spi").definedBy("dev.penny.spi..")
            .layer("values").definedBy("dev.penny.api..")
            .whereLayer("facade").mayNotBeAccessedByAnyLayer()
            .whereLayer("engine").mayOnlyBeAccessedByLayers("facade")
            .whereLayer("guest").mayOnlyBeAccessedByLayers("engine")
            .whereLayer("vtable").mayOnlyBeAccessedByLayers("engine", "guest")
            .whereLayer("core").mayOnlyBeAccessedByLayers("facade", "engine", "guest", "vtable")
            .whereLayer("backend").mayOnlyBeAccessedByLayers("facade")
            .whereLayer("spi").mayOnlyBeAccessedByLayers("facade", "engine", "backend")
            .whereLayer("values").mayOnlyBeAccessedByLayers("facade", "engine", "guest", "vtable", "core", "backend", "spi");

    @ArchTest
    static final ArchRule NO_CYCLES = slices().matching("dev.penny.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NO_GRAALVM_TYPE_IN_THE_API = noClasses().that().resideInAnyPackage("dev.penny", "dev.penny.api..", "dev.penny.spi..")
            .should().dependOnClassesThat().resideInAPackage("org.graalvm..");

    @ArchTest
    static final ArchRule BACKENDS_KNOW_ONLY_THREADS = noClasses().that().resideInAPackage("dev.penny.internal.backend..")
            .should().dependOnClassesThat().resideInAnyPackage("org.graalvm..", "dev.penny.internal.core..", "dev.penny.internal.engine..");
}
