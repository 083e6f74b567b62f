package dev.penny.internal.engine;

import dev.penny.api.LinkException;
import dev.penny.api.PennyException;
import dev.penny.api.Signature;
import dev.penny.internal.core.CoreModule;
import dev.penny.internal.core.CoreStatus;
import dev.penny.internal.guest.Guest;
import dev.penny.internal.vtable.NameRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The modules of a scheduler and which function is behind which slot. Slots are only ever added; replacing a module gives its
 * functions new slots and leaves the old ones to the tasks that still hold them.
 *
 * <p><b>Threads:</b> any; {@link #function} and {@link #boundFunctions} are called by workers and take no lock.
 */
public final class Modules {

    /** Names of modules that are not the user's begin with it. */
    static final String OWN_PREFIX = "penny:";

    private final Scheduler scheduler;
    private final ReentrantLock lock = new ReentrantLock();
    private final NameRegistry names = new NameRegistry(EngineConfig.SLOTS);
    private final Map<String, LoadedModule> byName = new LinkedHashMap<>();
    private final Map<String, LoadedFunction<?>> functions = new HashMap<>();
    private final Map<Guest, Integer> jobSlots = new IdentityHashMap<>();
    private final AtomicReferenceArray<SlotEntry> bySlot = new AtomicReferenceArray<>(EngineConfig.SLOTS);

    Modules(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** What a slot holds. */
    record SlotEntry(String mangledName, Guest guest, Guest.BoundFunction bound) { }

    /** The function behind a slot. */
    SlotEntry function(int slot) {
        SlotEntry entry = bySlot.get(slot);
        if (entry == null) {
            throw new IllegalStateException("no function has this slot: slot=" + slot);
        }
        return entry;
    }

    /** The functions of a guest that have slots. */
    List<Guest.BoundFunction> boundFunctions(Guest guest) {
        List<Guest.BoundFunction> bound = new ArrayList<>();
        for (int slot = 0; slot < bySlot.length(); slot++) {
            SlotEntry entry = bySlot.get(slot);
            if (entry != null && entry.guest() == guest) {
                bound.add(entry.bound());
            }
        }
        return bound;
    }

    /**
     * Adds a module.
     *
     * @throws LinkException if there is one of this name, or it is no name for a module
     */
    public LoadedModule add(Guest guest) {
        requireName(guest.name());
        return addOwn(guest);
    }

    /**
     * Adds a module that Penny itself runs Java with, named {@value #OWN_PREFIX} and more. No guest finds it: its arguments are indices that
     * the host trusts.
     */
    LoadedModule addOwn(Guest guest) {
        lock.lock();
        try {
            if (byName.containsKey(guest.name())) {
                throw new LinkException("a module of this name is loaded: module=%s; replace it or load it under another name"
                        .formatted(guest.name()));
            }
            LoadedModule module = new LoadedModule(scheduler, guest);
            byName.put(guest.name(), module);
            return module;
        } finally {
            lock.unlock();
        }
    }

    /** A slash ends the name of a module in the name of a function. */
    private static void requireName(String name) {
        String reason = name.isBlank() ? "it is blank" : name.indexOf('/') >= 0 ? "it has a slash"
                : name.startsWith(OWN_PREFIX) ? OWN_PREFIX + " is the beginning of Penny's own" : "";
        if (!reason.isEmpty()) {
            throw new LinkException("not a name for a module: module='%s', reason=%s".formatted(name, reason));
        }
    }

    /** The function of this name and signature, with a slot. */
    @SuppressWarnings("unchecked")
    <R> LoadedFunction<R> resolve(LoadedModule module, String name, Signature signature) {
        lock.lock();
        try {
            Guest guest = module.guest();
            guest.check(name, signature);
            String mangled = module.name() + "/" + name + signature;
            LoadedFunction<?> known = functions.get(mangled);
            if (known == null) {
                scheduler.checkOpen(mangled);
                NameRegistry.Entry entry = names.register(mangled);
                publish(entry, guest, name, signature);
                check(scheduler.coreModule().registryInsert(entry.hash(), entry.slot()), mangled, entry);
                known = new LoadedFunction<R>(scheduler, module, name, signature, new LoadedFunction.Version(guest, entry.slot()));
                functions.put(mangled, known);
            }
            return (LoadedFunction<R>) known;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts another guest behind a module's name. Functions in use must exist in it with their signatures; tasks submitted from now
     * on run it, tasks in flight keep the old one.
     *
     * @throws dev.penny.api.PennyException if a function in use is missing, or the module is another Penny's; nothing has then changed
     */
    public void replace(LoadedModule module, Guest next) {
        lock.lock();
        try {
            if (byName.get(module.name()) != module) {
                throw new LinkException("a module of another Penny: module=" + module.name());
            }
            scheduler.checkOpen("module " + module.name());
            List<LoadedFunction<?>> inUse = functions.values().stream().filter(function -> function.module() == module).toList();
            inUse.forEach(function -> next.check(function.name(), function.signature()));
            for (LoadedFunction<?> function : inUse) {
                NameRegistry.Entry entry = names.replace(function.mangledName());
                publish(entry, next, function.name(), function.signature());
                check(scheduler.coreModule().registryReplace(entry.hash(), entry.slot()), function.mangledName(), entry);
                function.replaceBy(new LoadedFunction.Version(next, entry.slot()));
            }
            module.replaceGuest(next);
        } finally {
            lock.unlock();
        }
    }

    /** The slot of a guest's function {@link Guest#JOB}, which runs its promoted forks. Each version of a module has its own. */
    int jobSlot(Guest guest) {
        lock.lock();
        try {
            Integer known = jobSlots.get(guest);
            if (known == null) {
                String mangled = guest.name() + "/" + Guest.JOB + Guest.JOB_SIGNATURE;
                boolean first = names.find(mangled).isEmpty();
                NameRegistry.Entry entry = first ? names.register(mangled) : names.replace(mangled);
                publish(entry, guest, Guest.JOB, Guest.JOB_SIGNATURE);
                CoreModule core = scheduler.coreModule();
                check(first ? core.registryInsert(entry.hash(), entry.slot()) : core.registryReplace(entry.hash(), entry.slot()),
                        mangled, entry);
                known = entry.slot();
                jobSlots.put(guest, known);
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    /** The slot of a function of numbers by {@code module/function} or its full name; empty if there is not exactly one. */
    OptionalInt findNumeric(String name) {
        int slash = name.indexOf('/');
        Optional<LoadedModule> module = all().stream().filter(loaded -> slash > 0 && loaded.name().equals(name.substring(0, slash)))
                .findFirst();
        if (module.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            LoadedFunction<?> function = (LoadedFunction<?>) module.get().function(name.substring(slash + 1));
            return function.signature().usesBlocks() ? OptionalInt.empty() : OptionalInt.of(function.slot());
        } catch (PennyException e) {
            return OptionalInt.empty();
        }
    }

    private void publish(NameRegistry.Entry entry, Guest guest, String name, Signature signature) {
        bySlot.set(entry.slot(), new SlotEntry(entry.name(), guest, new Guest.BoundFunction(entry.slot(), name, signature)));
    }

    private static void check(CoreStatus status, String mangled, NameRegistry.Entry entry) {
        if (status != CoreStatus.OK) {
            throw new LinkException("the core refuses a function: function=%s, hash=%016x, slot=%d, reason=%s"
                    .formatted(mangled, entry.hash(), entry.slot(), status.text()));
        }
    }

    /** The user's modules in the order they were loaded. */
    public List<LoadedModule> all() {
        return withOwn().stream().filter(module -> !module.name().startsWith(OWN_PREFIX)).toList();
    }

    private List<LoadedModule> withOwn() {
        lock.lock();
        try {
            return List.copyOf(byName.values());
        } finally {
            lock.unlock();
        }
    }

    void close() {
        withOwn().forEach(LoadedModule::closeGuests);
    }

    /**
     * Finds a function for a guest.
     *
     * @param name {@code module/function}, or with its signature if it has several
     * @throws LinkException there is none
     */
    LoadedFunction<?> named(String name) {
        int slash = name.indexOf('/');
        if (slash < 0) {
            throw new LinkException("not the name of a function: name='%s', form=module/function".formatted(name));
        }
        String module = name.substring(0, slash);
        LoadedModule found = all().stream().filter(known -> known.name().equals(module)).findFirst()
                .orElseThrow(() -> new LinkException("no such module: name='%s', loaded=%s".formatted(name,
                        String.join(" ", all().stream().map(LoadedModule::name).toList()))));
        return (LoadedFunction<?>) found.function(name.substring(slash + 1));
    }
}
