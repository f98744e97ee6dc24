package org.cloakwork.frontend.web.emulation.java.util;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Sets and maps of three and more, and copies. TeaVM's fail when empty (a division by zero), and on a hash of
 * {@link Integer#MIN_VALUE}, whose absolute value is negative.
 */
final class TemplateCollections {

    private TemplateCollections() {
    }

    /** What {@code Set.of} and {@code Set.copyOf} make. */
    static class NElementSet<T> extends AbstractSet<T> {

        private final Set<T> elements = new LinkedHashSet<>();

        @SafeVarargs
        NElementSet(T... elements) {
            for (T element : elements) {
                if (!this.elements.add(Objects.requireNonNull(element))) {
                    throw new IllegalArgumentException("an element comes twice");
                }
            }
        }

        NElementSet(Collection<T> elements) {
            elements.forEach(element -> this.elements.add(Objects.requireNonNull(element)));
        }

        @Override
        public int size() {
            return elements.size();
        }

        @Override
        public boolean contains(Object element) {
            return elements.contains(element);
        }

        @Override
        public Iterator<T> iterator() {
            return Collections.unmodifiableSet(elements).iterator();
        }
    }

    /** What {@code Map.of} and {@code Map.copyOf} make; the name is TeaVM's. */
    static class NEtriesMap<K, V> extends AbstractMap<K, V> {

        private final Map<K, V> entries = new LinkedHashMap<>();

        @SafeVarargs
        NEtriesMap(Map.Entry<K, V>... entries) {
            for (Map.Entry<K, V> entry : entries) {
                if (this.entries.put(Objects.requireNonNull(entry.getKey()), Objects.requireNonNull(entry.getValue()))
                        != null) {
                    throw new IllegalArgumentException("a key comes twice");
                }
            }
        }

        NEtriesMap(Map<? extends K, ? extends V> map) {
            map.forEach((key, value) -> entries.put(Objects.requireNonNull(key), Objects.requireNonNull(value)));
        }

        @Override
        public V get(Object key) {
            return entries.get(key);
        }

        @Override
        public boolean containsKey(Object key) {
            return entries.containsKey(key);
        }

        @Override
        public Set<Map.Entry<K, V>> entrySet() {
            return Collections.unmodifiableMap(entries).entrySet();
        }
    }
}
