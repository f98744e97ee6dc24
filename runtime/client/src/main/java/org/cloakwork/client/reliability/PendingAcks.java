package org.cloakwork.client.reliability;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.wire.FragmentId;

/**
 * The fragments whose acknowledgement is awaited: from the cut of their message until the acknowledgement or the
 * message's end. As many as the outbox admits messages, so its limit in bytes holds here too.
 */
public final class PendingAcks {

    private final Map<FragmentId, OutgoingFragment> fragments = new HashMap<>();

    /**
     * @param added awaited from now on
     * @return whether they are; false if one of their ids is taken by chance, and nothing was changed
     */
    public boolean add(List<OutgoingFragment> added) {
        if (added.stream().anyMatch(fragment -> fragments.containsKey(fragment.fragment().id()))) {
            return false;
        }
        added.forEach(fragment -> fragments.put(fragment.fragment().id(), fragment));
        return true;
    }

    /**
     * @param id named by an acknowledgement
     * @return the fragment it is for, awaited no longer; empty for late and repeated acknowledgements
     */
    public Optional<OutgoingFragment> acknowledged(FragmentId id) {
        return Optional.ofNullable(fragments.remove(id));
    }

    /** @param fragment awaited no longer */
    public void remove(OutgoingFragment fragment) {
        fragments.remove(fragment.fragment().id(), fragment);
    }

    /** {@return how many are awaited} */
    public int size() {
        return fragments.size();
    }
}
