package dev.penny.internal.engine;

import dev.penny.api.LinkException;
import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.internal.guest.Guest;
import dev.penny.internal.guest.NearNames;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A module as users hold it; its guest changes when the module is replaced. */
public final class LoadedModule implements TaskModule {

    private final Scheduler scheduler;
    private final String name;
    private final List<Guest> replaced = new ArrayList<>();
    private volatile Guest guest;

    LoadedModule(Scheduler scheduler, Guest guest) {
        this.scheduler = scheduler;
        this.name = guest.name();
        this.guest = guest;
    }

    Guest guest() {
        return guest;
    }

    void replaceGuest(Guest next) {
        replaced.add(guest);
        guest = next;
    }

    void closeGuests() {
        guest.close();
        replaced.forEach(Guest::close);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ModuleKind kind() {
        return guest.kind();
    }

    @Override
    public List<TaskFunction<?>> functions() {
        List<TaskFunction<?>> known = new ArrayList<>();
        for (Guest.GuestFunction function : guest.functions()) {
            function.signatures().forEach(signature -> known.add(scheduler.modules().resolve(this, function.name(), signature)));
        }
        return known;
    }

    @Override
    public TaskFunction<Object> function(String function) {
        int parenthesis = function.indexOf('(');
        if (parenthesis >= 0) {
            return function(function.substring(0, parenthesis).strip(), function.substring(parenthesis));
        }
        List<Guest.GuestFunction> named = guest.functions().stream().filter(candidate -> candidate.name().equals(function)).toList();
        if (named.isEmpty()) {
            throw NearNames.unknownFunction(name, function, guest.functions().stream().map(Guest.GuestFunction::name).toList());
        }
        List<Signature> signatures = named.stream().flatMap(candidate -> candidate.signatures().stream()).toList();
        if (signatures.size() != 1) {
            throw new LinkException("%s: module=%s, function=%s, type=%s%s".formatted(
                    signatures.isEmpty() ? "the signature must be given, as in name(bytes)->bytes" : "several signatures, give one",
                    name, function, named.getFirst().nativeType(),
                    signatures.isEmpty() ? ""
                            : signatures.stream().map(Signature::toString).collect(Collectors.joining(" ", ", known=", ""))));
        }
        return scheduler.modules().resolve(this, function, signatures.getFirst());
    }

    @Override
    public TaskFunction<Object> function(String function, String signature) {
        return scheduler.modules().resolve(this, function, Signature.parse(signature));
    }

    @Override
    public <R> TaskFunction<R> function(String function, String signature, Class<R> resultType) {
        Signature parsed = Signature.parse(signature);
        Class<?> actual = parsed.result().<Class<?>>map(type -> type.javaType()).orElse(Void.class);
        if (actual != resultType) {
            throw new SignatureException("wrong result class: function=%s/%s%s, class=%s, expected=%s"
                    .formatted(name, function, parsed, resultType.getName(), actual.getName()));
        }
        return scheduler.modules().resolve(this, function, parsed);
    }

    @Override
    public String toString() {
        return name;
    }
}
