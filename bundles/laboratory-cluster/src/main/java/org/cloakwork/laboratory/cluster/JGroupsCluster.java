package org.cloakwork.laboratory.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import javax.crypto.spec.SecretKeySpec;
import org.cloakwork.api.LaboratoryCluster;
import org.jgroups.JChannel;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.SYM_ENCRYPT;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UFC;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;
import org.osgi.service.component.annotations.Component;

/**
 * Over JGroups: connections between all processes, no multicast, nothing that asks the internet. A process that ends
 * is missed at once if its connections break, else after some seconds.
 */
@Component(service = LaboratoryCluster.class)
public final class JGroupsCluster implements LaboratoryCluster {

    private static final int IV_BYTES = 12;
    private static final int SILENT_MILLIS = 12_000;
    private static final int BEAT_MILLIS = 3_000;
    private static final int JOIN_MILLIS = 2_000;
    private static final int MERGE_MILLIS = 1_000;

    /** For the service loader and OSGi. */
    public JGroupsCluster() {
    }

    @Override
    public Member join(Where where, String name, Map<String, String> known, BiConsumer<String, String> answered)
            throws IOException {
        JChannel channel = null;
        try {
            channel = new JChannel(stack(where));
            JGroupsMember member = new JGroupsMember(channel, known, answered);
            channel.setReceiver(member).setDiscardOwnMessages(true).connect(name);
            return member;
        } catch (Exception e) {
            if (channel != null) {
                channel.close();
            }
            throw new IOException("cannot meet the others at " + where.own() + ": " + e.getMessage(), e);
        }
    }

    private static List<Protocol> stack(Where where) {
        List<InetSocketAddress> all = new ArrayList<>(where.others());
        all.add(where.own());
        TCP tcp = new TCP();
        tcp.enableSuspectEvents(true).setBindAddress(where.own().getAddress()).setBindPort(where.own().getPort())
                .setPortRange(0);
        List<Protocol> stack = new ArrayList<>(List.of(tcp, new TCPPING().setPortRange(0).initialHosts(all),
                new MERGE3().setMinInterval(MERGE_MILLIS).setMaxInterval(3 * MERGE_MILLIS),
                new FD_ALL3().setTimeout(SILENT_MILLIS).setInterval(BEAT_MILLIS), new VERIFY_SUSPECT2()));
        if (where.secret().length > 0) {
            stack.add(new SYM_ENCRYPT().setSecretKey(new SecretKeySpec(key(where.secret()), "AES"))
                    .symAlgorithm("AES/GCM/NoPadding").symIvLength(IV_BYTES));
        }
        stack.addAll(List.of(new NAKACK2().useMcastXmit(false), new UNICAST3(), new STABLE(),
                new GMS().setJoinTimeout(JOIN_MILLIS).printLocalAddress(false), new UFC(), new MFC(), new FRAG4()));
        return stack;
    }

    private static byte[] key(byte[] secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("cloakwork-lab-cluster-1".getBytes(StandardCharsets.UTF_8));
            return digest.digest(secret);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
