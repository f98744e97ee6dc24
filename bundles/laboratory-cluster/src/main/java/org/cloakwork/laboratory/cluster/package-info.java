/** Several processes that do the tasks of a study together, over JGroups. */
package org.cloakwork.laboratory.cluster;
