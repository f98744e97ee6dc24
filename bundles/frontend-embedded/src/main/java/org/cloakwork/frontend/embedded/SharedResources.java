package org.cloakwork.frontend.embedded;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What several clients use together; each resource is closed when the last of its users is gone. */
final class SharedResources {

    /** Makes a resource. */
    interface Maker<T, E extends Exception> {

        /** {@return the resource} */
        T make() throws E;
    }

    private static final class Resource {

        private final Object value;
        private int users;

        private Resource(Object value) {
            this.value = value;
        }
    }

    @GuardedBy("this")
    private final Map<Object, Resource> resources = new HashMap<>();

    /**
     * @param key   the same for the same resource
     * @param maker asked if it is not there
     * @param owned of one more user: gets what ends the use
     * @return the resource
     */
    @SuppressWarnings("unchecked") // who names the key knows what was made for it
    synchronized <T, E extends Exception> T use(Object key, Maker<T, E> maker, List<AutoCloseable> owned) throws E {
        Resource resource = resources.get(key);
        if (resource == null) {
            resource = new Resource(maker.make());
            resources.put(key, resource);
        }
        resource.users++;
        owned.add(() -> leave(key));
        return (T) resource.value;
    }

    private synchronized void leave(Object key) throws Exception {
        Resource resource = resources.get(key);
        if (--resource.users == 0) {
            resources.remove(key);
            if (resource.value instanceof AutoCloseable closeable) {
                closeable.close();
            }
        }
    }
}
