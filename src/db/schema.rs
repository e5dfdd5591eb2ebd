//! The tables as diesel sees them; a test compares them with both databases.
//!
//! What each column means stands in the migrations. Instants are UTC without a zone.
#![expect(
    missing_docs,
    reason = "every column is described in the migrations, once"
)]

diesel::table! {
    networks (id) {
        id -> Text,
        name -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sites (finess) {
        finess -> Text,
        network_id -> Text,
        name -> Text,
        time_zone -> Text,
        car_t -> Bool,
        reference_dose_ug -> Nullable<BigInt>,
        resupply_by_hand -> Nullable<Text>,
        resupply_reason -> Nullable<Text>,
        resupply_until -> Nullable<Date>,
        version -> BigInt,
        created_at -> Timestamp,
        resupply_assured -> Text,
        expiry_notice_days -> BigInt,
        forecast_days -> BigInt,
    }
}

diesel::table! {
    tokens (id) {
        id -> Text,
        hash -> Text,
        name -> Text,
        role -> Text,
        all_sites -> Bool,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        scope -> Text,
        used_at -> Nullable<Timestamp>,
        old_hash -> Nullable<Text>,
        old_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    people (id) {
        id -> Text,
        name -> Text,
        email -> Text,
        email_key -> Text,
        language -> Text,
        active -> Bool,
        password -> Nullable<Text>,
        password_at -> Nullable<Timestamp>,
        totp_secret -> Nullable<Text>,
        totp_since -> Nullable<Timestamp>,
        totp_step -> Nullable<BigInt>,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    breakings (id) {
        id -> Text,
        person_id -> Text,
        role -> Text,
        site -> Text,
        reason -> Text,
        broken_at -> Timestamp,
        until -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<Text>,
    }
}

diesel::table! {
    person_roles (id) {
        id -> Text,
        person_id -> Text,
        role -> Text,
        site -> Nullable<Text>,
        given_by -> Text,
        given_at -> Timestamp,
        until -> Nullable<Timestamp>,
        taken_by -> Nullable<Text>,
        taken_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    recovery_codes (person_id, hash) {
        person_id -> Text,
        hash -> Text,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        hash -> Text,
        person_id -> Text,
        stage -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
        wrong -> BigInt,
        agent -> Text,
        identity_id -> Nullable<Text>,
        factor_outside -> Bool,
    }
}

diesel::table! {
    identities (id) {
        id -> Text,
        person_id -> Text,
        provider -> Text,
        issuer -> Text,
        claim -> Text,
        subject -> Text,
        linked_by -> Text,
        linked_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        removed_by -> Nullable<Text>,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sign_in_flows (state) {
        state -> Text,
        browser -> Text,
        provider -> Text,
        back_to -> Nullable<Text>,
        person_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    devices (hash) {
        hash -> Text,
        person_id -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    sign_in_failures (bucket) {
        bucket -> Text,
        failures -> BigInt,
        last_at -> Timestamp,
        wait_until -> Timestamp,
    }
}

diesel::table! {
    person_links (hash) {
        hash -> Text,
        person_id -> Text,
        letter_id -> Text,
        purpose -> Text,
        address -> Nullable<Text>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    token_sites (token_id, site) {
        token_id -> Text,
        site -> Text,
    }
}

diesel::table! {
    presentations (cip13) {
        cip13 -> Text,
        cis -> Nullable<Text>,
        label -> Text,
        strength_ug -> BigInt,
        route -> Text,
        units_per_box -> BigInt,
        added_at -> Timestamp,
    }
}

diesel::table! {
    bdpm_products (cis) {
        cis -> Text,
        name -> Text,
        form -> Text,
        routes -> Text,
        marketing -> Text,
        holder -> Text,
    }
}

diesel::table! {
    bdpm_packs (cip13) {
        cip13 -> Text,
        cis -> Text,
        label -> Text,
        status -> Text,
        marketing -> Text,
    }
}

diesel::table! {
    patient_payload (patient_id) {
        patient_id -> Text,
        site -> Text,
        salt -> Text,
        hash -> Text,
        pseudonym -> Nullable<Text>,
        weight_g -> Nullable<BigInt>,
        infusion_on -> Nullable<Date>,
        erased_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    car_t_patients (id) {
        id -> Text,
        site -> Text,
        state -> Text,
        doses_given -> BigInt,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    lots (id) {
        id -> Text,
        cip13 -> Text,
        lot -> Text,
        expiry -> Date,
    }
}

diesel::table! {
    movements (id) {
        id -> Text,
        site -> Text,
        seq -> BigInt,
        operation -> Text,
        kind -> Text,
        lot_id -> Text,
        usable -> BigInt,
        quarantined -> BigInt,
        reason -> Nullable<Text>,
        note -> Nullable<Text>,
        patient_id -> Nullable<Text>,
        patient_hash -> Nullable<Text>,
        delivery_id -> Nullable<Text>,
        reverses -> Nullable<Text>,
        happened_at -> Timestamp,
        recorded_at -> Timestamp,
        recorded_by -> Text,
    }
}

diesel::table! {
    balances (site, lot_id) {
        site -> Text,
        lot_id -> Text,
        usable -> BigInt,
        quarantined -> BigInt,
        held -> BigInt,
        last_seq -> BigInt,
    }
}

diesel::table! {
    packs (cip13, serial) {
        cip13 -> Text,
        serial -> Text,
        site -> Nullable<Text>,
        lot_id -> Text,
        came_by -> Text,
        left_by -> Nullable<Text>,
    }
}

diesel::table! {
    clearances (id) {
        id -> Text,
        site -> Text,
        seq -> BigInt,
        patient_id -> Text,
        rulebook -> Text,
        rulebook_hash -> Text,
        state -> Text,
        doses -> BigInt,
        missing -> BigInt,
        reason -> Nullable<Text>,
        asked_at -> Timestamp,
        asked_by -> Text,
        ended_at -> Nullable<Timestamp>,
        version -> BigInt,
    }
}

diesel::table! {
    holds (id) {
        id -> Text,
        clearance_id -> Nullable<Text>,
        dose -> BigInt,
        site -> Text,
        lot_id -> Text,
        units -> BigInt,
        held_at -> Timestamp,
        line_id -> Nullable<Text>,
        transfer_id -> Nullable<Text>,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Text,
        site -> Text,
        cip13 -> Text,
        units -> BigInt,
        expected_on -> Date,
        state -> Text,
        reference -> Nullable<Text>,
        created_at -> Timestamp,
        version -> BigInt,
        arrived -> BigInt,
        confirmed -> Bool,
    }
}

diesel::table! {
    recipients (id) {
        id -> Text,
        site -> Text,
        role -> Text,
        name -> Text,
        email -> Text,
        language -> Text,
        position -> BigInt,
        active -> Bool,
        silent -> Text,
        quiet_from -> Nullable<BigInt>,
        quiet_to -> Nullable<BigInt>,
        digest -> Bool,
        refused_at -> Nullable<Timestamp>,
        refused_because -> Nullable<Text>,
        version -> BigInt,
    }
}

diesel::table! {
    alerts (id) {
        id -> Text,
        site -> Text,
        kind -> Text,
        subject -> Text,
        state -> Text,
        found -> BigInt,
        expected -> BigInt,
        opened_at -> Timestamp,
        changed_at -> Timestamp,
        acknowledged_at -> Nullable<Timestamp>,
        acknowledged_by -> Nullable<Text>,
        note -> Nullable<Text>,
        closed_at -> Nullable<Timestamp>,
        version -> BigInt,
        told_on -> Nullable<Date>,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        site -> Nullable<Text>,
        alert_id -> Nullable<Text>,
        event -> Text,
        to_name -> Text,
        to_email -> Text,
        language -> Text,
        message_id -> Text,
        subject -> Text,
        body_text -> Text,
        body_html -> Text,
        state -> Text,
        attempts -> BigInt,
        due_at -> Timestamp,
        leased_by -> Nullable<Text>,
        leased_until -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        held_until -> Nullable<Timestamp>,
        followed_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    audit (chain, seq) {
        chain -> Text,
        seq -> BigInt,
        at -> Timestamp,
        actor -> Text,
        role -> Text,
        request_id -> Text,
        action -> Text,
        outcome -> Text,
        object -> Text,
        patient_id -> Nullable<Text>,
        patient_hash -> Nullable<Text>,
        details -> Text,
        previous -> Text,
        hash -> Text,
        form -> BigInt,
        peer -> Text,
        rulebook -> Nullable<Text>,
    }
}

diesel::table! {
    audit_statements (number) {
        number -> BigInt,
        made_at -> Timestamp,
        day -> Nullable<Date>,
        key -> Text,
        body -> Text,
        hash -> Text,
        previous -> Text,
        signature -> Text,
    }
}

diesel::table! {
    idempotency (caller, route, key) {
        caller -> Text,
        route -> Text,
        key -> Text,
        body_hash -> Text,
        status -> BigInt,
        content_type -> Text,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        answer -> Text,
        created_at -> Timestamp,
        content_language -> Nullable<Text>,
    }
}

diesel::table! {
    requests (id) {
        id -> Text,
        name -> Text,
        site -> Text,
        rulebook -> Text,
        patient_id -> Text,
        patient_hash -> Text,
        state -> Text,
        follows -> Nullable<Text>,
        filed_at -> Timestamp,
        filed_by -> Text,
        ended_at -> Nullable<Timestamp>,
        version -> BigInt,
    }
}

diesel::table! {
    request_payload (request_id) {
        request_id -> Text,
        indication -> Text,
        route -> Text,
        treatment -> Text,
        alternatives -> Text,
        alternatives_reason -> Nullable<Text>,
        risk -> Text,
        approved_exception -> Bool,
        age_years -> BigInt,
        weight_g -> Nullable<BigInt>,
        units -> Nullable<BigInt>,
        prescribed_ug -> Nullable<BigInt>,
        interval_days -> Nullable<BigInt>,
        last_given_on -> Nullable<Date>,
        due_by_hand -> Nullable<Date>,
        due_reason -> Nullable<Text>,
        anc_per_mm3 -> Nullable<BigInt>,
        anc_on -> Nullable<Date>,
        withdrawn_reason -> Nullable<Text>,
        conditions -> Text,
    }
}

diesel::table! {
    request_tried_payload (request_id, place) {
        request_id -> Text,
        place -> BigInt,
        code -> Text,
        outcome -> Text,
        note -> Nullable<Text>,
        declared_by -> Text,
        declared_at -> Timestamp,
    }
}

diesel::table! {
    plan_seeds (network, day) {
        network -> Text,
        day -> Date,
        seed -> Text,
        drawn_at -> Timestamp,
    }
}

diesel::table! {
    plans (id) {
        id -> Text,
        network -> Text,
        day -> Date,
        rulebook -> Text,
        rulebook_hash -> Text,
        transfers -> Text,
        case_sha256 -> Text,
        made_at -> Timestamp,
        made_by -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    plan_payload (plan_id) {
        plan_id -> Text,
        frozen -> Text,
        answer_fr -> Text,
        answer_en -> Text,
    }
}

diesel::table! {
    plan_sites (plan_id, site) {
        plan_id -> Text,
        site -> Text,
    }
}

diesel::table! {
    counts (id) {
        id -> Text,
        site -> Text,
        patient_id -> Text,
        patient_hash -> Text,
        kind -> Text,
        replaces -> Nullable<Text>,
        entered_at -> Timestamp,
        entered_by -> Text,
    }
}

diesel::table! {
    count_payload (count_id) {
        count_id -> Text,
        amount -> Nullable<Text>,
        unit -> Nullable<Text>,
        taken_on -> Nullable<Date>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    safety_decisions (id) {
        id -> Text,
        request_id -> Text,
        kind -> Text,
        rulebook -> Text,
        rulebook_hash -> Text,
        decided_at -> Timestamp,
        decided_by -> Text,
    }
}

diesel::table! {
    safety_decision_payload (decision_id) {
        decision_id -> Text,
        codes -> Text,
        seen -> Text,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    plan_lines (id) {
        id -> Text,
        plan_id -> Text,
        place -> BigInt,
        name -> Text,
        kind -> Text,
        site -> Text,
        class -> Nullable<Text>,
        rank -> Nullable<BigInt>,
        status -> Text,
        reason_code -> Text,
        above_reserve -> Bool,
        request_id -> Nullable<Text>,
        request_version -> Nullable<BigInt>,
        state -> Nullable<Text>,
        why -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<Text>,
        expires_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    plan_line_payload (line_id) {
        line_id -> Text,
        words -> Text,
    }
}

diesel::table! {
    transfers (id) {
        id -> Text,
        plan_id -> Nullable<Text>,
        from_site -> Text,
        to_site -> Text,
        state -> Text,
        asked_at -> Timestamp,
        asked_by -> Text,
        closed_at -> Nullable<Timestamp>,
        closed_by -> Nullable<Text>,
        version -> BigInt,
        purpose -> Text,
        clearance_id -> Nullable<Text>,
        legal_basis -> Nullable<Text>,
        legal_reference -> Nullable<Text>,
        ars_told_at -> Nullable<Timestamp>,
        accepted_at -> Nullable<Timestamp>,
        accepted_by -> Nullable<Text>,
        fmd_state -> Nullable<Text>,
        fmd_decommissioned_at -> Nullable<Timestamp>,
        cold_chain_sent -> Nullable<Bool>,
        sent_at -> Nullable<Timestamp>,
        sent_by -> Nullable<Text>,
        cold_chain_kept -> Nullable<Bool>,
        received_at -> Nullable<Timestamp>,
        received_by -> Nullable<Text>,
        returned_at -> Nullable<Timestamp>,
        returned_by -> Nullable<Text>,
        closed_as -> Nullable<Text>,
    }
}

diesel::table! {
    transfer_rows (id) {
        id -> Text,
        transfer_id -> Text,
        line_id -> Nullable<Text>,
        dose -> Nullable<BigInt>,
        lot_id -> Text,
        units -> BigInt,
        state -> Text,
        sent -> BigInt,
        received -> BigInt,
        quarantined -> BigInt,
        refused -> BigInt,
        lost -> BigInt,
        returned -> BigInt,
        lost_back -> BigInt,
        lost_reason -> Nullable<Text>,
    }
}

diesel::table! {
    transfer_payload (transfer_id) {
        transfer_id -> Text,
        asked_words -> Nullable<Text>,
        closed_words -> Nullable<Text>,
        received_words -> Nullable<Text>,
    }
}

diesel::table! {
    transfer_movements (movement_id) {
        movement_id -> Text,
        transfer_id -> Text,
    }
}

diesel::table! {
    notices (id) {
        id -> Text,
        rulebook -> Text,
        act -> Text,
        ended_on -> Date,
        reason -> Text,
        done_by -> Text,
        done_at -> Timestamp,
    }
}

diesel::table! {
    treatments (id) {
        id -> Text,
        site -> Text,
        patient_id -> Text,
        patient_hash -> Text,
        rulebook -> Text,
        version -> BigInt,
        state -> Text,
        recorded_at -> Timestamp,
        recorded_by -> Text,
    }
}

diesel::table! {
    treatment_payload (treatment_id) {
        treatment_id -> Text,
        indication -> Text,
        age_years -> BigInt,
        age_told_on -> Date,
        started_on -> Nullable<Date>,
        interrupted_on -> Nullable<Date>,
        resumes_on -> Nullable<Date>,
        stopped_on -> Nullable<Date>,
        benign_ethnic_neutropenia -> Bool,
        symptoms_of_infection -> Bool,
        conditions -> Text,
        co_medication -> Text,
        disease_activity -> Nullable<Text>,
    }
}

diesel::table! {
    copies (name) {
        name -> Text,
        watched_from -> Timestamp,
        good_at -> Nullable<Timestamp>,
        good_file -> Nullable<Text>,
        good_bytes -> Nullable<BigInt>,
        tried_at -> Nullable<Timestamp>,
        failures -> BigInt,
        failed_because -> Nullable<Text>,
        late_from -> Nullable<Timestamp>,
    }
}

diesel::table! {
    recalls (id) {
        id -> Text,
        cip13 -> Text,
        lot -> Text,
        reason -> Text,
        reference -> Nullable<Text>,
        started_at -> Timestamp,
        started_by -> Text,
        lifted_at -> Nullable<Timestamp>,
        lifted_by -> Nullable<Text>,
        lift_reason -> Nullable<Text>,
    }
}

diesel::table! {
    recall_sites (recall_id, site) {
        recall_id -> Text,
        site -> Text,
        set_apart -> BigInt,
        stood -> BigInt,
        dispensed -> BigInt,
        dealt_at -> Nullable<Timestamp>,
        dealt_by -> Nullable<Text>,
        dealt_note -> Nullable<Text>,
    }
}

diesel::table! {
    excursions (id) {
        id -> Text,
        site -> Text,
        seq -> BigInt,
        whole -> Bool,
        reason -> Text,
        began_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        lowest -> Nullable<BigInt>,
        highest -> Nullable<BigInt>,
        recorded_at -> Timestamp,
        recorded_by -> Text,
    }
}

diesel::table! {
    excursion_lots (excursion_id, lot_id) {
        excursion_id -> Text,
        lot_id -> Text,
        set_apart -> BigInt,
        stood -> BigInt,
        decision -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<Text>,
        decided_reason -> Nullable<Text>,
        decided_reference -> Nullable<Text>,
    }
}

diesel::table! {
    set_apart (id) {
        id -> Text,
        site -> Text,
        lot_id -> Text,
        seq -> BigInt,
        cause -> Text,
        excursion_id -> Nullable<Text>,
        units -> BigInt,
    }
}

diesel::table! {
    inventories (id) {
        id -> Text,
        site -> Text,
        state -> Text,
        note -> Nullable<Text>,
        opened_at -> Timestamp,
        opened_by -> Text,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<Text>,
    }
}

diesel::table! {
    inventory_counts (id) {
        id -> Text,
        inventory_id -> Text,
        lot_id -> Text,
        unit_state -> Text,
        counted -> BigInt,
        expected -> BigInt,
        seq -> BigInt,
        counted_at -> Timestamp,
        recorded_at -> Timestamp,
        recorded_by -> Text,
    }
}

diesel::table! {
    inventory_differences (inventory_id, lot_id, unit_state) {
        inventory_id -> Text,
        lot_id -> Text,
        unit_state -> Text,
        units -> BigInt,
        reason -> Text,
        note -> Nullable<Text>,
        movement_id -> Text,
    }
}

diesel::table! {
    thresholds (site, subject) {
        site -> Text,
        subject -> Text,
        minimum_units -> Nullable<BigInt>,
        minimum_mg -> Nullable<BigInt>,
        version -> BigInt,
        set_at -> Timestamp,
        set_by -> Text,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        owner -> Text,
        until -> Timestamp,
    }
}

diesel::table! {
    turns (task, site) {
        task -> Text,
        site -> Text,
        through -> Timestamp,
    }
}

diesel::table! {
    escalations (alert_id) {
        alert_id -> Text,
        raised_at -> Timestamp,
    }
}

diesel::table! {
    letter_links (hash) {
        hash -> Text,
        letter_id -> Text,
        purpose -> Text,
        recipient_id -> Text,
        site -> Text,
        alert_id -> Nullable<Text>,
        kind -> Text,
        address -> Nullable<Text>,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    evaluations (site) {
        site -> Text,
        seq -> BigInt,
        evaluated_at -> Timestamp,
    }
}

diesel::table! {
    service_alerts (kind) {
        kind -> Text,
        opened_at -> Timestamp,
    }
}

diesel::joinable!(thresholds -> sites (site));
diesel::joinable!(sites -> networks (network_id));
diesel::joinable!(token_sites -> tokens (token_id));
diesel::joinable!(token_sites -> sites (site));
diesel::joinable!(person_roles -> people (person_id));
diesel::joinable!(person_roles -> sites (site));
diesel::joinable!(recovery_codes -> people (person_id));
diesel::joinable!(breakings -> people (person_id));
diesel::joinable!(breakings -> sites (site));
diesel::joinable!(sessions -> people (person_id));
diesel::joinable!(identities -> people (person_id));
diesel::joinable!(sign_in_flows -> people (person_id));
diesel::joinable!(devices -> people (person_id));
diesel::joinable!(person_links -> people (person_id));
diesel::joinable!(patient_payload -> sites (site));
diesel::joinable!(car_t_patients -> patient_payload (id));
diesel::joinable!(car_t_patients -> sites (site));
diesel::joinable!(lots -> presentations (cip13));
diesel::joinable!(movements -> sites (site));
diesel::joinable!(movements -> lots (lot_id));
diesel::joinable!(movements -> patient_payload (patient_id));
diesel::joinable!(balances -> sites (site));
diesel::joinable!(balances -> lots (lot_id));
diesel::joinable!(packs -> presentations (cip13));
diesel::joinable!(packs -> sites (site));
diesel::joinable!(packs -> lots (lot_id));
diesel::joinable!(clearances -> sites (site));
diesel::joinable!(clearances -> car_t_patients (patient_id));
diesel::joinable!(holds -> clearances (clearance_id));
diesel::joinable!(holds -> lots (lot_id));
diesel::joinable!(deliveries -> sites (site));
diesel::joinable!(deliveries -> presentations (cip13));
diesel::joinable!(recipients -> sites (site));
diesel::joinable!(alerts -> sites (site));
diesel::joinable!(outbox -> sites (site));
diesel::joinable!(outbox -> alerts (alert_id));
diesel::joinable!(escalations -> alerts (alert_id));
diesel::joinable!(requests -> sites (site));
diesel::joinable!(requests -> patient_payload (patient_id));
diesel::joinable!(request_payload -> requests (request_id));
diesel::joinable!(plan_payload -> plans (plan_id));
diesel::joinable!(plan_sites -> plans (plan_id));
diesel::joinable!(plan_lines -> plans (plan_id));
diesel::joinable!(plan_lines -> requests (request_id));
diesel::joinable!(plan_line_payload -> plan_lines (line_id));
diesel::joinable!(holds -> plan_lines (line_id));
diesel::joinable!(count_payload -> counts (count_id));
diesel::joinable!(safety_decision_payload -> safety_decisions (decision_id));
diesel::joinable!(treatment_payload -> treatments (treatment_id));
diesel::joinable!(transfers -> plans (plan_id));
diesel::joinable!(transfer_rows -> transfers (transfer_id));
diesel::joinable!(transfer_rows -> plan_lines (line_id));
diesel::joinable!(transfer_rows -> lots (lot_id));
diesel::joinable!(recall_sites -> recalls (recall_id));
diesel::joinable!(excursion_lots -> excursions (excursion_id));
diesel::joinable!(excursion_lots -> lots (lot_id));
diesel::joinable!(inventory_counts -> lots (lot_id));
diesel::joinable!(inventory_differences -> lots (lot_id));
diesel::joinable!(holds -> transfers (transfer_id));
diesel::joinable!(transfer_payload -> transfers (transfer_id));
diesel::joinable!(transfer_movements -> transfers (transfer_id));
diesel::joinable!(transfer_movements -> movements (movement_id));

diesel::allow_tables_to_appear_in_same_query!(
    networks,
    sites,
    tokens,
    token_sites,
    presentations,
    bdpm_products,
    bdpm_packs,
    patient_payload,
    car_t_patients,
    lots,
    movements,
    balances,
    packs,
    clearances,
    holds,
    deliveries,
    recipients,
    alerts,
    thresholds,
    outbox,
    audit,
    audit_statements,
    idempotency,
    requests,
    request_payload,
    plan_seeds,
    plans,
    plan_payload,
    plan_sites,
    plan_lines,
    plan_line_payload,
    transfers,
    transfer_rows,
    transfer_payload,
    transfer_movements,
    counts,
    count_payload,
    safety_decisions,
    safety_decision_payload,
    notices,
    treatments,
    treatment_payload,
    copies,
    recalls,
    recall_sites,
    excursions,
    excursion_lots,
    set_apart,
    inventories,
    inventory_counts,
    inventory_differences,
    leases,
    turns,
    escalations,
    letter_links,
    evaluations,
    service_alerts,
    people,
    person_roles,
    recovery_codes,
    sessions,
    identities,
    sign_in_flows,
    devices,
    sign_in_failures,
    person_links,
    breakings,
);
