"""Addresses of activities, tasks and the work log."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.contact import activities, day, files, task, tasks

urlpatterns: list[URLPattern] = [
    path("customers/<str:party_id>/activities/", activities.activities, name="customer-activities"),
    path("customers/<str:party_id>/activities/new/<slug:kind>/", activities.record, name="customer-activity-new"),
    path("customers/<str:party_id>/activities/<int:activity_id>/", activities.change, name="customer-activity"),
    path("customers/<str:party_id>/activities/<int:activity_id>/attach/", files.attach, name="customer-attach"),
    path(
        "customers/<str:party_id>/activities/<int:activity_id>/files/<uuid:attachment_id>/",
        files.download,
        name="customer-attachment",
    ),
    path("customers/<str:party_id>/tasks/new/", task.add_for_customer, name="customer-task-new"),
    path("leads/<int:lead_id>/activities/new/<slug:kind>/", activities.record_with_prospect, name="lead-activity-new"),
    path("leads/<int:lead_id>/activities/<int:activity_id>/", activities.change_with_prospect, name="lead-activity"),
    path("leads/<int:lead_id>/activities/<int:activity_id>/attach/", files.attach_with_prospect, name="lead-attach"),
    path(
        "leads/<int:lead_id>/activities/<int:activity_id>/files/<uuid:attachment_id>/",
        files.download_with_prospect,
        name="lead-attachment",
    ),
    path("leads/<int:lead_id>/tasks/new/", task.add_for_prospect, name="lead-task-new"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/new/", task.add, name="task-new"),
    path("tasks/done/", tasks.finish, name="task-done"),
    path("tasks/snooze/", tasks.snooze, name="task-snooze"),
    path("tasks/reassign/", tasks.reassign, name="task-reassign"),
    path("tasks/undo/", tasks.undo, name="task-undo"),
    path("tasks/<int:task_id>/", task.task, name="task"),
    path("work-log/", day.work_log_page, name="work-log"),
    path("work-log/add/", day.add, name="work-log-add"),
]
