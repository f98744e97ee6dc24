package org.cloakwork.frontend.web.emulation.java.util.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {

    @Test
    void computeIfPresentRemovesOnNull() {
        ConcurrentHashMap<String, Integer> map = new ConcurrentHashMap<>();
        map.put("a", 1);
        assertNull(map.computeIfPresent("a", (key, value) -> null));
        assertFalse(map.containsKey("a"));
        assertEquals(0, map.size());
        assertNull(map.computeIfPresent("a", (key, value) -> 2));
        assertEquals(3, map.merge("a", 3, Integer::sum));
        assertEquals(7, map.merge("a", 4, Integer::sum));
        assertNull(map.merge("a", 4, (one, other) -> null));
        assertTrue(map.isEmpty());
    }

    @Test
    void aMapMayChangeWhileItIsIteratedOver() {
        ConcurrentHashMap<Integer, Integer> map = new ConcurrentHashMap<>();
        for (int i = 0; i < 10; i++) {
            map.put(i, i);
        }
        map.forEach((key, value) -> {
            map.remove(key);
            map.put(key + 100, value);
        });
        assertEquals(10, map.size());
        map.keySet().removeIf(key -> key % 2 == 0);
        map.values().removeIf(value -> value == 1);
        assertEquals(Set.of(103, 105, 107, 109), map.keySet());
        Set<Integer> keys = ConcurrentHashMap.newKeySet();
        assertTrue(keys.add(1) && !keys.add(1) && keys.remove(1) && keys.isEmpty());
    }

    @Test
    void whatDependsOnAFutureRunsWhenItEndsInOrderAndSeesItsFailureWrapped() {
        List<String> seen = new ArrayList<>();
        CompletableFuture<Integer> future = new CompletableFuture<>();
        future.thenApply(value -> value + 1).thenAccept(value -> seen.add("one " + value));
        future.thenRun(() -> seen.add("two"));
        assertTrue(future.complete(1) && !future.complete(2));
        future.thenAccept(value -> seen.add("three " + value));
        assertEquals(List.of("one 2", "two", "three 1"), seen);
        IllegalStateException cause = new IllegalStateException("x");
        List<Throwable> failures = new ArrayList<>();
        CompletableFuture<Integer> failed = CompletableFuture.failedFuture(cause);
        failed.whenComplete((value, failure) -> failures.add(failure));
        failed.thenApply(value -> value).whenComplete((value, failure) -> failures.add(failure));
        failed.thenCompose(value -> future).whenComplete((value, failure) -> failures.add(failure));
        assertEquals(cause, failures.get(0));
        assertInstanceOf(CompletionException.class, failures.get(1));
        assertEquals(cause, failures.get(2).getCause());
        assertEquals(Map.of(), Map.copyOf(new ConcurrentHashMap<>()));
    }
}
