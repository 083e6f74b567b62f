package dev.penny.jit;

import jdk.graal.compiler.hotspot.meta.HotSpotInvocationPluginProvider;
import jdk.graal.compiler.nodes.graphbuilderconf.InvocationPlugins;
import jdk.vm.ci.code.Architecture;
import jdk.vm.ci.meta.ResolvedJavaType;

/**
 * Lets the compiler use intrinsics in its own classes. By default it trusts only classes of the boot and platform loaders, and the
 * platform loader is where it would be if it replaced the JDK's empty module; from the module path it comes with the application's
 * loader.
 */
public final class CompilerTrust implements HotSpotInvocationPluginProvider {

    private static final String PACKAGES = "Ljdk/graal/compiler/";

    @Override
    public void registerInvocationPlugins(Architecture architecture, InvocationPlugins plugins) {
        plugins.registerIntrinsificationPredicate(CompilerTrust::isCompiler);
    }

    /** The module system lets no other module have a package of the compiler's. */
    private static boolean isCompiler(ResolvedJavaType type) {
        return type.getName().startsWith(PACKAGES);
    }
}
