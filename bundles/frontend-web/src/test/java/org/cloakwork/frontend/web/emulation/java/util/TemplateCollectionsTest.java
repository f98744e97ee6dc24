package org.cloakwork.frontend.web.emulation.java.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What TeaVM's own have wrong: each of these failed with them. */
class TemplateCollectionsTest {

    /** A key whose hash has no absolute value. */
    private record Awkward(int id) {

        @Override
        public int hashCode() {
            return Integer.MIN_VALUE;
        }
    }

    @Test
    void emptyCopiesAreSetsAndMapsLikeOthers() {
        assertEquals(Set.of(), new TemplateCollections.NElementSet<>(List.of()));
        assertFalse(new TemplateCollections.NElementSet<>(List.of()).contains(1));
        assertEquals(Map.of(), new TemplateCollections.NEtriesMap<>(Map.of()));
        assertFalse(new TemplateCollections.NEtriesMap<>(Map.of()).containsKey(1));
    }

    @Test
    void aHashThatHasNoAbsoluteValueIsOneLikeOthers() {
        Set<Awkward> set = new TemplateCollections.NElementSet<>(new Awkward(1), new Awkward(2), new Awkward(3));
        assertTrue(set.contains(new Awkward(2)));
        assertFalse(set.contains(new Awkward(4)));
        Map<Awkward, Integer> map = new TemplateCollections.NEtriesMap<>(Map.of(new Awkward(1), 1, new Awkward(2), 2));
        assertEquals(2, map.get(new Awkward(2)));
    }

    @Test
    void theyCannotBeChangedAndTakeNothingTwice() {
        Set<Integer> set = new TemplateCollections.NElementSet<>(1, 2, 3);
        assertThrows(UnsupportedOperationException.class, () -> set.add(4));
        assertThrows(UnsupportedOperationException.class, () -> set.remove(1));
        assertThrows(UnsupportedOperationException.class, () -> set.iterator().remove());
        Map<Integer, Integer> map = new TemplateCollections.NEtriesMap<>(Map.of(1, 2));
        assertThrows(UnsupportedOperationException.class, () -> map.put(2, 3));
        assertThrows(UnsupportedOperationException.class, () -> map.remove(1));
        assertThrows(IllegalArgumentException.class, () -> new TemplateCollections.NElementSet<>(1, 2, 1));
    }
}
