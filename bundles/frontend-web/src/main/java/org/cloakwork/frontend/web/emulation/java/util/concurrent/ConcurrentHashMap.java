package org.cloakwork.frontend.web.emulation.java.util.concurrent;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Of one thread; iterates over what was there at the beginning. TeaVM's own does not remove in {@code computeIfPresent}
 * when the function returns null, and has no {@code newKeySet}.
 */
public class ConcurrentHashMap<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V> {

    private final Map<K, V> map = new HashMap<>();

    public ConcurrentHashMap() {
    }

    public static <T> KeySetView<T, Boolean> newKeySet() {
        return new KeySetView<>();
    }

    /** A set of keys. */
    public static final class KeySetView<K, V> extends AbstractSet<K> {

        private final Map<K, Boolean> keys = new ConcurrentHashMap<>();

        @Override
        public int size() {
            return keys.size();
        }

        @Override
        public boolean contains(Object key) {
            return keys.containsKey(key);
        }

        @Override
        public boolean add(K key) {
            return keys.put(key, Boolean.TRUE) == null;
        }

        @Override
        public boolean remove(Object key) {
            return keys.remove(key) != null;
        }

        @Override
        public Iterator<K> iterator() {
            return keys.keySet().iterator();
        }
    }

    @Override
    public int size() {
        return map.size();
    }

    @Override
    public V get(Object key) {
        return map.get(Objects.requireNonNull(key));
    }

    @Override
    public boolean containsKey(Object key) {
        return map.containsKey(Objects.requireNonNull(key));
    }

    @Override
    public V getOrDefault(Object key, V otherwise) {
        V value = get(key);
        return value == null ? otherwise : value;
    }

    @Override
    public V put(K key, V value) {
        return map.put(Objects.requireNonNull(key), Objects.requireNonNull(value));
    }

    @Override
    public V remove(Object key) {
        return map.remove(Objects.requireNonNull(key));
    }

    @Override
    public void clear() {
        map.clear();
    }

    @Override
    public V putIfAbsent(K key, V value) {
        V present = get(key);
        if (present == null) {
            put(key, value);
        }
        return present;
    }

    @Override
    public boolean remove(Object key, Object value) {
        if (value == null || !value.equals(get(key))) {
            return false;
        }
        map.remove(key);
        return true;
    }

    @Override
    public boolean replace(K key, V before, V after) {
        if (!before.equals(get(key))) {
            return false;
        }
        put(key, after);
        return true;
    }

    @Override
    public V replace(K key, V value) {
        return containsKey(key) ? put(key, value) : null;
    }

    @Override
    public V computeIfAbsent(K key, Function<? super K, ? extends V> function) {
        V present = get(key);
        return present == null ? keep(key, function.apply(key)) : present;
    }

    @Override
    public V computeIfPresent(K key, BiFunction<? super K, ? super V, ? extends V> function) {
        V present = get(key);
        return present == null ? null : keep(key, function.apply(key, present));
    }

    @Override
    public V compute(K key, BiFunction<? super K, ? super V, ? extends V> function) {
        return keep(key, function.apply(key, get(key)));
    }

    @Override
    public V merge(K key, V value, BiFunction<? super V, ? super V, ? extends V> function) {
        V present = get(key);
        return keep(key, present == null ? Objects.requireNonNull(value) : function.apply(present, value));
    }

    private V keep(K key, V value) {
        if (value == null) {
            map.remove(key);
        } else {
            map.put(key, value);
        }
        return value;
    }

    @Override
    public Set<Entry<K, V>> entrySet() {
        return new AbstractSet<>() {

            @Override
            public int size() {
                return map.size();
            }

            @Override
            public Iterator<Entry<K, V>> iterator() {
                Iterator<Entry<K, V>> snapshot = new ArrayList<>(map.entrySet()).iterator();
                return new Iterator<>() {

                    private K last;

                    @Override
                    public boolean hasNext() {
                        return snapshot.hasNext();
                    }

                    @Override
                    public Entry<K, V> next() {
                        Entry<K, V> next = snapshot.next();
                        last = next.getKey();
                        return next;
                    }

                    @Override
                    public void remove() {
                        map.remove(last);
                    }
                };
            }
        };
    }
}
