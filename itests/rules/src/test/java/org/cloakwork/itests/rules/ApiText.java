package org.cloakwork.itests.rules;

import aQute.bnd.differ.DiffPluginImpl;
import aQute.bnd.service.diff.Delta;
import aQute.bnd.service.diff.Tree;
import aQute.bnd.service.diff.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What bnd sees of an API, as lines people can compare: one an element, indented by its depth, with what adding and
 * removing it would mean ({@code METHOD MINOR/MAJOR send(byte[])}).
 */
final class ApiText {

    private ApiText() {
    }

    static String of(Tree bundle) {
        StringBuilder text = new StringBuilder();
        append(bundle, 0, text);
        return text.toString();
    }

    /** A bundle also has resources and headers; only its version matters. */
    private static boolean isApi(Tree element) {
        return switch (element.getType()) {
            case RESOURCES, RESOURCE -> false;
            case HEADER -> element.getName().startsWith("Bundle-Version")
                    || element.getName().equals("Bundle-SymbolicName");
            default -> true;
        };
    }

    private static void append(Tree element, int depth, StringBuilder text) {
        text.append(" ".repeat(depth)).append(element.getType()).append(' ').append(element.ifAdded()).append('/')
                .append(element.ifRemoved()).append(' ').append(element.getName()).append('\n');
        for (Tree child : element.getChildren()) {
            if (isApi(child)) {
                append(child, depth + 1, text);
            }
        }
    }

    static Tree read(List<String> lines) throws Exception {
        Deque<Tree.Data> path = new ArrayDeque<>();
        Map<Tree.Data, List<Tree.Data>> children = new HashMap<>();
        Tree.Data root = null;
        for (String line : lines) {
            String[] words = line.strip().split("[ /]", 4);
            Tree.Data data = new Tree.Data();
            data.type = Type.valueOf(words[0]);
            data.add = Delta.valueOf(words[1]);
            data.rem = Delta.valueOf(words[2]);
            data.name = words[3];
            int depth = line.length() - line.stripLeading().length();
            while (path.size() > depth) {
                path.pop();
            }
            if (path.isEmpty()) {
                root = data;
            } else {
                children.get(path.peek()).add(data);
            }
            children.put(data, new ArrayList<>());
            path.push(data);
        }
        children.forEach((data, list) -> data.children = list.toArray(Tree.Data[]::new));
        return new DiffPluginImpl().deserialize(root);
    }
}
