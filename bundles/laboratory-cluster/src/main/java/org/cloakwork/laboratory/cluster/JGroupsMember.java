package org.cloakwork.laboratory.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.cloakwork.api.LaboratoryCluster;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;

/**
 * Tells answers to all, a line each: task, tabulator, answer. Whoever comes is told all by the first of those that
 * were there; nobody asks for anything. A line without a tabulator: whoever sends it has all answers.
 */
final class JGroupsMember implements LaboratoryCluster.Member, Receiver {

    private static final String HAS_ALL = "has-all";
    private static final int AGAIN_MILLIS = 500;
    private static final long LONGEST_END_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final JChannel channel;
    private final Map<String, String> known;
    private final BiConsumer<String, String> answered;
    private final Set<Address> haveAll = new HashSet<>();
    private List<Address> members = List.of();
    private boolean isAllDue;

    /** @param known answers, which others see as they come; safe for use by many threads */
    JGroupsMember(JChannel channel, Map<String, String> known, BiConsumer<String, String> answered) {
        this.channel = channel;
        this.known = known;
        this.answered = answered;
    }

    @Override
    public void receive(Message message) {
        if (!(message instanceof BytesMessage) || message.getLength() == 0) {
            return;
        }
        String text = new String(message.getArray(), message.getOffset(), message.getLength(), StandardCharsets.UTF_8);
        for (String line : text.split("\n")) {
            int tab = line.indexOf('\t');
            if (tab > 0) {
                answered.accept(line.substring(0, tab), line.substring(tab + 1));
            } else if (line.equals(HAS_ALL)) {
                hasAll(message.getSrc());
            }
        }
    }

    private synchronized void hasAll(Address who) {
        haveAll.add(who);
        notifyAll();
    }

    /** Sending from here could wait for who waits for this. */
    @Override
    public synchronized void viewAccepted(View view) {
        boolean wasFirst = members.isEmpty() ? !known.isEmpty()
                : members.getFirst().equals(channel.getAddress());
        isAllDue |= wasFirst && !members.containsAll(view.getMembers());
        members = List.copyOf(view.getMembers());
        haveAll.retainAll(members);
        notifyAll();
    }

    @Override
    public synchronized int place() {
        return Math.max(0, members.indexOf(channel.getAddress()));
    }

    @Override
    public synchronized int count() {
        return Math.max(1, members.size());
    }

    @Override
    public void tell(String task, String answer) throws IOException {
        send(task + '\t' + answer);
        tellNewcomers();
    }

    private void tellNewcomers() throws IOException {
        boolean isDue;
        synchronized (this) {
            isDue = isAllDue;
            isAllDue = false;
        }
        if (isDue && !known.isEmpty()) {
            send(known.entrySet().stream().map(entry -> entry.getKey() + '\t' + entry.getValue())
                    .collect(Collectors.joining("\n")));
        }
    }

    private void send(String text) throws IOException {
        try {
            channel.send(new BytesMessage(null, text.getBytes(StandardCharsets.UTF_8)));
        } catch (Exception e) {
            throw new IOException("no member of the cluster any more: " + e.getMessage(), e);
        }
    }

    @Override
    public void end() throws InterruptedException {
        long latest = System.nanoTime() + LONGEST_END_NANOS;
        try {
            while (System.nanoTime() < latest) {
                tellNewcomers();
                // Again: who came in between has not heard it.
                send(HAS_ALL);
                synchronized (this) {
                    if (members.stream().allMatch(one -> one.equals(channel.getAddress()) || haveAll.contains(one))) {
                        return;
                    }
                    wait(AGAIN_MILLIS);
                }
            }
        } catch (IOException e) {
            // Whoever is out of it has all answers itself.
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
