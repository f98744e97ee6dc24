package org.cloakwork.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Which files of {@code etc/} nothing reads, by their names. */
final class Unread {

    private static final String CLIENTS = "cloakwork.cfg";
    private static final String OWN = "cloakwork.client-";
    /** What editors and package managers leave behind, and half-written files of ours. */
    private static final String LEFT_BEHIND = "\\..*|.*~|#.*#|.*\\.(bak|orig|swp|new|old|rpm(new|save)|dpkg-\\w+)";

    private Unread() {
    }

    /**
     * @param file     a name
     * @param pids     that bundles say something of
     * @param isTaken  whether anything takes the configuration of a PID
     * @return what is wrong; empty: it is read, or it is none of ours
     */
    static Optional<String> fault(String file, Set<String> pids, Predicate<String> isTaken) {
        if (file.equals(CLIENTS) || file.startsWith(OWN) && file.endsWith(Etc.SUFFIX) || file.matches(LEFT_BEHIND)) {
            return Optional.empty();
        }
        Optional<String> meant = meant(file, pids);
        if (!file.endsWith(Etc.SUFFIX)) {
            // A network, a policy or anything else may lie here; what is nearly one of ours is to be one.
            return meant.map(name -> "nothing reads this file; did you mean " + name + "?");
        }
        String pid = file.substring(0, file.length() - Etc.SUFFIX.length());
        return pids.contains(pid) || isTaken.test(pid) ? Optional.empty()
                : Optional.of("nothing reads this file" + meant.map(name -> "; did you mean " + name + "?")
                .orElse("; a file is named after the part it is for, as docs/operators.md lists them"));
    }

    private static Optional<String> meant(String file, Set<String> pids) {
        List<String> names = new ArrayList<>(pids.stream().map(pid -> pid + Etc.SUFFIX).toList());
        names.add(CLIENTS);
        // Another ending: cloakwork.conf, cloakwork.cfg.txt.
        Optional<String> otherEnding = names.stream().filter(name -> !file.equals(name) && (file.startsWith(name)
                || file.replaceFirst("\\.(conf|config|properties|ini|txt)$", Etc.SUFFIX).equals(name))).findFirst();
        if (otherEnding.isPresent() || !file.endsWith(Etc.SUFFIX)) {
            return otherEnding;
        }
        String word = file.substring(0, file.length() - Etc.SUFFIX.length());
        if (word.equals("org.cloakwork.client")) {
            return Optional.of(CLIENTS);
        }
        if (word.contains("client-")) {
            return Optional.of(OWN + word.substring(word.indexOf("client-") + "client-".length()) + Etc.SUFFIX);
        }
        // The part alone, or with another beginning.
        String last = word.substring(word.lastIndexOf('.') + 1).replace("-", "");
        return Nearest.of(file, names).or(() -> names.stream()
                .filter(name -> name.endsWith("." + last + Etc.SUFFIX)).findFirst());
    }
}
