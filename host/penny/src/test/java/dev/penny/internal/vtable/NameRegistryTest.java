package dev.penny.internal.vtable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.LinkException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NameRegistryTest {

    @Test
    void sameNameKeepsItsSlot() {
        NameRegistry registry = new NameRegistry(4);
        assertEquals(registry.register("m/f()->i32"), registry.register("m/f()->i32"));
        assertEquals(1, registry.slotsUsed());
    }

    @Test
    void sameFunctionWithAnotherSignatureCoexists() {
        NameRegistry registry = new NameRegistry(4);
        NameRegistry.Entry first = registry.register("m/f(i32)->i32");
        NameRegistry.Entry second = registry.register("m/f(i64)->i32");
        assertNotEquals(first.slot(), second.slot());
        assertEquals(first, registry.find("m/f(i32)->i32").orElseThrow());
    }

    @Test
    void replaceKeepsTheOldSlotForTasksInFlight() {
        NameRegistry registry = new NameRegistry(4);
        NameRegistry.Entry old = registry.register("m/f()->i32");
        NameRegistry.Entry fresh = registry.replace("m/f()->i32");
        assertEquals(old.hash(), fresh.hash());
        assertNotEquals(old.slot(), fresh.slot());
        assertEquals(fresh, registry.register("m/f()->i32"));
        Set<Integer> slots = new HashSet<>(Set.of(old.slot(), fresh.slot()));
        assertTrue(slots.add(registry.register("m/g()->i32").slot()), "an old slot is never given out again");
    }

    @Test
    void forcedHashCollisionNamesBothAndTheHash() {
        NameRegistry registry = new NameRegistry(4, name -> 0xABCDL);
        registry.register("m/f()->i32");
        LinkException refused = assertThrows(LinkException.class, () -> registry.register("m/g()->i32"));
        assertEquals("two task functions have the same hash, rename one: name=m/g()->i32, other=m/f()->i32, hash=000000000000abcd",
                refused.getMessage());
        assertEquals(1, registry.slotsUsed());
        assertEquals(0, registry.register("m/f()->i32").slot());
    }

    @Test
    void exhaustedSlotsNameTheLimit() {
        NameRegistry registry = new NameRegistry(2);
        registry.register("m/a()->()");
        registry.replace("m/a()->()");
        LinkException refused = assertThrows(LinkException.class, () -> registry.register("m/b()->()"));
        assertEquals("no free slot for a task function: name=m/b()->(), slots=2, limit=2", refused.getMessage());
        assertThrows(LinkException.class, () -> registry.replace("m/a()->()"));
    }

    @Test
    void hashIsFnv1a() {
        assertEquals(0xCBF2_9CE4_8422_2325L, NameRegistry.fnv1a(""));
        assertEquals(0xAF63_DC4C_8601_EC8CL, NameRegistry.fnv1a("a"));
        assertEquals(0x8594_4171_F739_67E8L, NameRegistry.fnv1a("foobar"));
    }
}
